/**
 * The saga that carries out one order: reserve, charge, dispatch, complete. Pure: `decide` takes what has been logged and what came, and gives the
 * lines to log; a line `sent` is the order to send. The log is all there is: who reads it goes on where another stopped.
 *
 * A step that is not answered in time is asked again three times, then what was done is undone, newest first, the silent step included; the order is
 * cancelled last. An undo that fails is tried again five times while the others go on; then a person is asked. The last step can't be undone, only
 * repeated: whether the order is complete is known to its service alone.
 */
export const STEPS = ['inventory.reserve', 'payment.charge', 'shipping.dispatch', 'order.complete'] as const;
export type Step = (typeof STEPS)[number];

export const UNDO = {
  'inventory.reserve': 'inventory.release',
  'payment.charge': 'payment.refund',
  'shipping.dispatch': 'shipping.cancel',
  'order.complete': 'order.cancel',
} as const satisfies Readonly<Record<Step, string>>;
export type Undo = (typeof UNDO)[Step];
export type Command = Step | Undo;

/** `waiting`: to be sent again at `due`. `lost`: given up. */
export type StepState = 'sent' | 'waiting' | 'ok' | 'failed' | 'lost';
export type SagaStatus = 'running' | 'completed' | 'compensating' | 'compensated' | 'partly-compensated';

/** A line of the log: of one step, or of the saga as a whole. */
export type Line =
  | { readonly step: Command; readonly state: StepState; readonly attempt: number; readonly due: number | null; readonly data?: Answer }
  | { readonly step: 'saga'; readonly state: SagaStatus; readonly attempt: 0; readonly due: null; readonly data?: Answer };

export type Answer = Readonly<Record<string, unknown>>;

/** What came: the answer to a command, the end of a wait, or that the order was cancelled by somebody else. */
export type News =
  | { readonly kind: 'answer'; readonly command: Command; readonly ok: boolean; readonly data: Answer }
  | { readonly kind: 'due'; readonly command: Command }
  | { readonly kind: 'cancelled' };

export const TIMEOUT_MS = 5_000;
const RESENDS = 3;
const UNDO_RESENDS = 5;
const BACKOFF_MS = 1_000;

export interface Saga {
  readonly status: SagaStatus;
  readonly steps: ReadonlyMap<Command, { readonly state: StepState; readonly attempt: number }>;
  /** What the services have answered, all together: ids for later commands. */
  readonly answers: Answer;
  readonly reason: string | null;
}

const NOTHING: Saga = { status: 'running', steps: new Map(), answers: {}, reason: null };

export const foldSaga = (lines: readonly Line[]): Saga => lines.reduce(withLine, NOTHING);

/** The first line. Times are milliseconds; `time` makes nominal waits real ones. */
export const begin = (now: number, time: (ms: number) => number): Line[] => [
  { step: 'saga', state: 'running', attempt: 0, due: null },
  sent('inventory.reserve', 1, now, time),
];

/** Lines to add; none when the news are late or double. */
export function decide(saga: Saga, news: News, now: number, time: (ms: number) => number): Line[] {
  if (saga.status !== 'running' && saga.status !== 'compensating') return [];
  if (news.kind === 'cancelled') return saga.status === 'running' ? undo(saga, 'ORDER_CANCELLED', now, time) : [];
  const step = saga.steps.get(news.command);
  if (step === undefined || step.state === 'ok' || step.state === 'lost') return [];
  if (news.kind === 'due') return onDue(saga, news.command, step, now, time);
  const line: Line = { step: news.command, state: news.ok ? 'ok' : 'failed', attempt: step.attempt, due: null, data: news.data };
  if (isUndo(news.command)) return news.ok ? [line, ...nextUndo(saga, line, now, time)] : onUndoFailed(saga, line, now, time);
  if (saga.status !== 'running') return [];
  return news.ok
    ? [line, ...nextStep(news.command, now, time)]
    : [line, ...undo(withLine(saga, line), String(news.data.reason), now, time)];
}

function nextStep(done: Step, now: number, time: (ms: number) => number): Line[] {
  const next = STEPS[STEPS.indexOf(done) + 1];
  return next === undefined ? [{ step: 'saga', state: 'completed', attempt: 0, due: null }] : [sent(next, 1, now, time)];
}

function onDue(
  saga: Saga,
  command: Command,
  { state, attempt }: { readonly state: StepState; readonly attempt: number },
  now: number,
  time: (ms: number) => number,
): Line[] {
  if (state === 'waiting') return [sent(command, attempt + 1, now, time)];
  if (state !== 'sent') return [];
  if (isUndo(command))
    return onUndoFailed(saga, { step: command, state: 'failed', attempt, due: null, data: { reason: 'TIMEOUT' } }, now, time);
  if (saga.status !== 'running') return [];
  if (attempt <= RESENDS || command === 'order.complete') return [waiting(command, attempt, now, time)];
  const lost: Line = { step: command, state: 'lost', attempt, due: null };
  return [lost, ...undo(withLine(saga, lost), 'TIMEOUT', now, time)];
}

/** Everything that was done or may have been done, newest first, then the order itself. The first undo goes out now. */
function undo(saga: Saga, reason: string, now: number, time: (ms: number) => number): Line[] {
  const first = undosOf(saga)[0] ?? 'order.cancel';
  return [{ step: 'saga', state: 'compensating', attempt: 0, due: null, data: { reason } }, sent(first, 1, now, time)];
}

/** A step that answered `failed` has done nothing. */
function undosOf({ steps }: Saga): Undo[] {
  const touched = STEPS.filter((step) => step !== 'order.complete' && steps.has(step) && steps.get(step)?.state !== 'failed');
  return [...touched.reverse().map((step) => UNDO[step]), 'order.cancel'];
}

/** After one undo: the next that was not begun, or the end when all are done. */
function nextUndo(saga: Saga, line: Line, now: number, time: (ms: number) => number): Line[] {
  const after = withLine(saga, line);
  const undos = undosOf(after);
  const next = undos.find((command) => !after.steps.has(command));
  if (next !== undefined) return [sent(next, 1, now, time)];
  const states = undos.map((command) => after.steps.get(command)?.state);
  if (states.some((state) => state !== 'ok' && state !== 'lost')) return [];
  return [{ step: 'saga', state: states.includes('lost') ? 'partly-compensated' : 'compensated', attempt: 0, due: null }];
}

/** Tried again after a while; the others do not wait for it. The last failure is a person's to mend. */
function onUndoFailed(saga: Saga, failed: Line & { readonly step: Command }, now: number, time: (ms: number) => number): Line[] {
  const { attempt, step, data = {} } = failed;
  const line: Line = attempt <= UNDO_RESENDS ? waiting(step, attempt, now, time) : { step, state: 'lost', attempt, due: null, data };
  return [failed, line, ...nextUndo(saga, line, now, time)];
}

export const isUndo = (command: Command): command is Undo => !(STEPS as readonly string[]).includes(command);

const sent = (step: Command, attempt: number, now: number, time: (ms: number) => number): Line => ({
  step,
  state: 'sent',
  attempt,
  due: now + time(TIMEOUT_MS),
});

/** 1, 2, 4 … seconds before the next attempt. */
const waiting = (step: Command, attempt: number, now: number, time: (ms: number) => number): Line => ({
  step,
  state: 'waiting',
  attempt,
  due: now + time(BACKOFF_MS * 2 ** Math.min(attempt - 1, 4)),
});

/** The saga after one more line of its log. */
export function withLine(saga: Saga, line: Line): Saga {
  if (line.step === 'saga')
    return { ...saga, status: line.state, reason: saga.reason ?? (line.data?.reason as string | undefined) ?? null };
  const steps = new Map([...saga.steps, [line.step, { state: line.state, attempt: line.attempt }]]);
  return { ...saga, steps, answers: line.state === 'ok' ? { ...saga.answers, ...line.data } : saga.answers };
}
