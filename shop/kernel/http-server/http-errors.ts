/** What a handler throws to answer with something else than 200. Everything unexpected is answered 500, without its message. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    /** Added to the answer beside `error`. */
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** 400: `path` is where in the body the fault is (`items.0.quantity`). */
export const badRequest = (path: string, message: string): HttpError => new HttpError(400, message, { path });
export const notFound = (what: string, id: string): HttpError => new HttpError(404, `no ${what} ${id}`);
export const conflict = (message: string, details?: Readonly<Record<string, unknown>>): HttpError => new HttpError(409, message, details);
export const tooMany = (retryAfterSeconds: number): HttpError =>
  new HttpError(429, 'too many requests', {}, { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) });
/** 503: full, or what is needed is away. Trying again later may help. */
export const unavailable = (message: string): HttpError => new HttpError(503, message, {}, { 'retry-after': '1' });
