/**
 * The one error class. Expected outcomes are named values (`'not-found'`, `refused(…)`); everything else is an `AppError`: thrown, logged
 * once, answered once. A message never holds a person's data, a body or a secret.
 */
export class AppError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  /** What the person can do, in one sentence. */
  readonly cure: string | null;

  constructor(code: string, message: string, options: { retryable?: boolean; cure?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.cure = options.cure ?? null;
  }
}

/** Works across bundles, where `instanceof` does not (style.md: a module is loaded three times in one process). */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === 'AppError' && 'code' in error;
}

export function fail(message: string, code = 'internal'): never {
  throw new AppError(code, message);
}

/** Codes a broker adapter throws or shows as its tap's problem. */
export type BrokerErrorCode =
  | 'broker-unreachable'
  | 'broker-auth'
  | 'broker-permission'
  | 'broker-protocol'
  | 'tap-lost'
  | 'tap-closed'
  | 'management-unreachable';

/** Codes the store throws. */
export type StoreErrorCode = 'store-unreachable' | 'store-slow' | 'store-full' | 'store-locked' | 'store-fenced' | 'store-refused';
