import type { StoreErrorCode } from '@/lib/errors';
import { AppError, isAppError } from '@/lib/errors';

/** Put into the insert's own condition: what the engine throws when a newer lease is there [S5]. */
export const FENCED = 'eventyard-fenced';

interface Answer {
  readonly code: StoreErrorCode;
  readonly text: string;
  readonly retryable: boolean;
  readonly cure?: string;
}

const slow = (text: string): Answer => ({
  code: 'store-slow',
  text,
  retryable: true,
  cure: 'Wait a moment, or ask for a shorter time range.',
});
const refused = (text: string, cure?: string): Answer => ({
  code: 'store-refused',
  text,
  retryable: false,
  ...(cure !== undefined && { cure }),
});
const credentials = refused('The store does not accept the user or the password', 'Check store.user and store.password.');
const tooMuch = refused('The question would read more rows than allowed', 'Ask for a shorter time range.');
const full: Answer = {
  code: 'store-full',
  text: 'The disk of the store is full',
  retryable: true,
  cure: 'Free some space or lower store.retentionDays.',
};

const noAnswer = slow('The store did not answer in time');
const noMemory = slow('The store has no memory left for this');

/** ClickHouse's exception codes that mean something to us. */
const BY_CODE: ReadonlyMap<number, Answer> = new Map([
  [158, tooMuch],
  [396, tooMuch],
  [159, slow('The store took longer than the time limit')],
  [160, slow('The store expects this question to take too long')],
  [202, slow('The store has too many questions at once')],
  [209, noAnswer],
  [241, noMemory],
  [252, slow('The store has too many parts to merge first')],
  // Whatever the engine has no name for (no thread to be had, a file that could not be made): passing, and an append may be repeated [S2].
  [1002, slow('The store failed at a statement')],
  [243, full],
  [164, refused('The store is read-only', 'Give the user the right to write.')],
  [192, credentials],
  [193, credentials],
  [194, credentials],
  [516, credentials],
  [497, refused('The store refuses a right that is needed', 'Grant the user all rights on the database store.database.')],
]);

/** A 200 whose rows are not all there: half an answer is none. `exception`: what the engine wrote behind the rows. */
export class EndedEarly extends Error {
  readonly code: string | undefined;
  constructor(exception?: string) {
    super('ended early');
    this.code = /^Code: (\d+)/.exec(exception ?? '')?.[1];
  }
}

/** The one place where a client's or the engine's error becomes ours. Never repeats the engine's text: it may hold a person's data. */
export function toStoreError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code ?? '') : '';
  if (message.includes(FENCED))
    return make({ code: 'store-fenced', text: 'Another collector has taken this tap over', retryable: false }, error);
  if (/No space left on device/i.test(message)) return make(full, error);
  if (/Memory limit|MEMORY_LIMIT_EXCEEDED/i.test(message)) return make(noMemory, error);
  if (/^\d+$/.test(code))
    return make(BY_CODE.get(Number(code)) ?? refused(`The store refused a statement (ClickHouse error ${code})`), error);
  if (error instanceof EndedEarly) return make(slow('The answer of the store ended early'), error);
  if (/timeout|aborted/i.test(message) || code === 'ETIMEDOUT') return make(noAnswer, error);
  return make(
    {
      code: 'store-unreachable',
      text: `The store cannot be reached${code === '' ? '' : ` (${code})`}`,
      retryable: true,
      cure: 'Check store.url, and that the server runs.',
    },
    error,
  );
}

const make = ({ code, text, retryable, cure }: Answer, cause: unknown): AppError =>
  new AppError(code, text, {
    retryable,
    cause: cause instanceof Error ? new Error(cause.name) : undefined,
    ...(cure !== undefined && { cure }),
  });
