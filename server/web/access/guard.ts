import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiError } from '@/lib/contract/common';
import { CSRF_HEADER, type Csrf } from './csrf';
import type { HostCheck } from './host-names';
import { originOf } from './same-origin';
import { contentPolicy, kindOfPath, securityHeaders } from './security-headers';

/** Longer than any link of ours; far below Node's own limit for all headers. */
const MAX_URL = 4096;
/** A replay of some thousand letters, by id. */
const MAX_BODY = 256 * 1024;
/** Set by proxies in front of us; nobody stands there, so nobody may say where we are. */
const UNTRUSTED = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-for',
  'forwarded',
  'x-nonce',
  'content-security-policy',
  'content-security-policy-report-only',
];

export interface Guard {
  /** Called before anything else answers. False: it was refused and answered. Else the answer has its headers, the request its nonce. */
  guardRequest(request: IncomingMessage, response: ServerResponse): boolean;
  /** The same for an upgrade, which has no answer to write: our name, and no foreign page. */
  mayUpgrade(request: IncomingMessage): boolean;
}

interface Refused {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  readonly cure: string | null;
}

/** The rules of docs/spec/access.md, in one place in front of every route, so that no route can forget them. */
export function createGuard(parts: { readonly isOurHost: HostCheck; readonly csrf: Csrf; readonly development: boolean }): Guard {
  const { isOurHost, csrf, development } = parts;
  return {
    guardRequest(request, response) {
      for (const name of UNTRUSTED) delete request.headers[name];
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      const kind = kindOfPath(path);
      const nonce = randomBytes(16).toString('base64');
      const policy = contentPolicy(kind, nonce, development);
      for (const [name, value] of Object.entries(securityHeaders(policy))) response.setHeader(name, value);
      if (kind === 'page') {
        request.headers['content-security-policy'] = policy;
        request.headers['x-nonce'] = nonce;
      }
      const refused = refusalOf(request, path, kind === 'api', isOurHost, csrf);
      if (refused) refuse(response, refused);
      return refused === null;
    },
    mayUpgrade: (request) => isOurHost(request.headers.host) && originOf(request.headers) !== 'foreign',
  };
}

function refusalOf(request: IncomingMessage, path: string, isApi: boolean, isOurHost: HostCheck, csrf: Csrf): Refused | null {
  const { headers, method = 'GET', url = '/' } = request;
  if (!isOurHost(headers.host))
    return {
      status: 421,
      code: 'host-not-allowed',
      text: 'This address is not one of ours.',
      cure: 'Open it as localhost, or add the name to listen.allowedHosts.',
    };
  if (!url.startsWith('/') || url.startsWith('//') || path.includes('\\'))
    return { status: 400, code: 'bad-address', text: 'The address cannot be read.', cure: null };
  if (url.length > MAX_URL)
    return {
      status: 414,
      code: 'query-too-long',
      text: `The address is longer than ${MAX_URL} characters.`,
      cure: 'Ask for less at once.',
    };
  // A foreign page can't read what the API answers; it shall not even make us work. `none` is a person's own doing.
  if (isApi && originOf(headers) === 'foreign')
    return { status: 403, code: 'foreign-origin', text: 'Another site asked for this.', cure: null };
  if (method === 'GET' || method === 'HEAD') return null;
  if (method !== 'POST' || !isApi) return { status: 405, code: 'method-not-allowed', text: `${method} is not known here.`, cure: null };
  return refusalOfAction(request, csrf);
}

function refusalOfAction({ headers }: IncomingMessage, csrf: Csrf): Refused | null {
  if (originOf(headers) !== 'own')
    return { status: 403, code: 'foreign-origin', text: 'An action must come from our own page.', cure: 'Send Origin, or use the page.' };
  const token = headers[CSRF_HEADER];
  if (!csrf.check(headers.cookie, typeof token === 'string' ? token : undefined))
    return { status: 403, code: 'csrf', text: 'The page is older than this server.', cure: 'Reload the page.' };
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return { status: 415, code: 'not-json', text: 'An action is JSON.', cure: null };
  const length = headers['content-length'];
  if (length === undefined) return { status: 411, code: 'length-needed', text: 'The length of the body is not said.', cure: null };
  if (Number(length) > MAX_BODY)
    return { status: 413, code: 'body-too-large', text: `The body is larger than ${MAX_BODY} bytes.`, cure: 'Choose fewer at once.' };
  return null;
}

function refuse(response: ServerResponse, { status, code, text, cure }: Refused): void {
  const body: ApiError = { error: { code, text, cure } };
  // A refused body is not read, so the connection can't be used again.
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', connection: 'close' })
    .end(JSON.stringify(body));
}
