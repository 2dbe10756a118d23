import { isAppError } from '@/lib/errors';
import type { ApiError } from '@/lib/contract/common';
import { getServices } from '@/server/web/services';

/** Facts change by the second: nothing of the API is ever kept by a cache. */
const HEADERS = { 'cache-control': 'no-store' } as const;

export const json = <T>(value: T, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(value, { headers: { ...HEADERS, ...headers } });

export function problem(
  status: number,
  code: string,
  text: string,
  cure: string | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body: ApiError = { error: { code, text, cure } };
  return Response.json(body, { status, headers: { ...HEADERS, ...headers } });
}

/** What was asked for by name is not there; the name is a person's data and is not repeated. */
export const notFound = (what: string, cure: string | null = null): Response =>
  problem(404, 'not-found', `No such ${what} was seen.`, cure);

type Context = { readonly params: Promise<Readonly<Record<string, string>>> };
type Handler = (request: Request, params: Readonly<Record<string, string>>) => Promise<Response>;

/** A handler whose errors become answers: the input's are the asker's (400), the store's and the collector's may pass (503), all else is ours (500) and logged once. */
export const route =
  (handler: Handler) =>
  async (request: Request, context?: Context): Promise<Response> => {
    try {
      return await handler(request, decoded((await context?.params) ?? {}, new URL(request.url).pathname));
    } catch (error) {
      return answerTo(error, request);
    }
  };

function answerTo(error: unknown, request: Request): Response {
  if (isAppError(error)) {
    const { code, message, cure } = error;
    if (code === 'bad-request') return problem(400, code, message, cure);
    if (code === 'not-started') return problem(503, code, 'Eventyard is starting.', 'It answers in a moment.', { 'retry-after': '1' });
    if (code.startsWith('bus-'))
      return problem(503, 'collector-gone', 'The collector does not answer.', 'It is started again by itself; try in a moment.', {
        'retry-after': '2',
      });
    if (code === 'store-slow')
      return problem(503, code, 'The store takes too long for this.', cure ?? 'Ask for a shorter time, or try again.', {
        'retry-after': '2',
      });
    if (code.startsWith('store-')) {
      log(error, request, 'warn');
      return problem(
        503,
        code,
        'The store does not answer.',
        cure ?? 'It is started again by itself; what was stored is safe. Try in a moment.',
        { 'retry-after': '2' },
      );
    }
  }
  log(error, request, 'error');
  return problem(500, 'internal', 'Something went wrong in Eventyard.', 'The log says what; trying again may help.');
}

function log(error: unknown, request: Request, level: 'warn' | 'error'): void {
  getServices().log[level]({ err: error, path: new URL(request.url).pathname }, 'a question failed');
}

/**
 * Segments as the person wrote them, decoded exactly once: Next hands some over as they stand in the address and some decoded, and an id may
 * itself hold a `%`. What stands in the address as it is was not decoded yet.
 */
function decoded(params: Readonly<Record<string, string>>, pathname: string): Readonly<Record<string, string>> {
  const raw = new Set(pathname.split('/'));
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, raw.has(value) ? decodeOnce(value) : value]));
}

function decodeOnce(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
