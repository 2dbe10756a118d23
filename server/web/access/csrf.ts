import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The header that carries the token of an action. */
export const CSRF_HEADER = 'x-eventyard-csrf';

/**
 * Signed double submit: a random value in a cookie that scripts can't read, and its signature as the token that our own pages ask for by
 * `GET /api/session` and send with every action. Another site can neither read the token nor make one for a cookie it plants.
 * The cookie's name holds the port: browsers share cookies between the ports of one host.
 */
export interface Csrf {
  /** The token that goes with the request's cookie; with `setCookie` when there was none. */
  issue(cookies: string | undefined): { readonly token: string; readonly setCookie: string | null };
  check(cookies: string | undefined, token: string | undefined): boolean;
}

export function createCsrf(options: { readonly port: number; readonly secret?: Buffer }): Csrf {
  const secret = options.secret ?? randomBytes(32);
  const name = `eventyard-${options.port}`;
  const sign = (value: string) => createHmac('sha256', secret).update(value).digest('base64url');
  return {
    issue(cookies) {
      const held = readCookie(cookies, name);
      if (held !== null) return { token: sign(held), setCookie: null };
      const value = randomBytes(18).toString('base64url');
      return { token: sign(value), setCookie: `${name}=${value}; Path=/; HttpOnly; SameSite=Strict` };
    },
    check(cookies, token) {
      const held = readCookie(cookies, name);
      if (held === null || token === undefined) return false;
      const [expected, given] = [Buffer.from(sign(held)), Buffer.from(token)];
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
  };
}

/** Only a value of our own shape: what else stands there is not ours. */
function readCookie(cookies: string | undefined, name: string): string | null {
  for (const part of cookies?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{24}$/.test(value)) return value;
  }
  return null;
}
