import { ApiError } from './api';

/** Whether a question that failed so many times is asked again. A store that was too slow once has already been waited for. */
export const isWorthAnotherTry = (failures: number, error: unknown): boolean =>
  failures < (error instanceof ApiError && error.code === 'store-slow' ? 1 : 3) &&
  (!(error instanceof ApiError) || error.status === 0 || error.status >= 500);

export const retryDelayMs = (attempt: number): number => Math.min(8000, 500 * 2 ** attempt);

export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
