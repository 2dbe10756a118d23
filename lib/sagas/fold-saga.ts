import type { Micros, TraceId } from '@/lib/events/names';
import type { SagaDefinition, SagaFact, SagaInstance, SagaState, SagaStep, SagaStepDefinition } from './saga';

/** More facts than this tell nothing new of one instance; the first ones are kept. */
const MAX_FACTS = 300;
const MAX_TRACES = 20;

/**
 * The state of one saga, folded from what was seen of it (docs/spec/sagas.md). Pure: the same facts in any order, once or ten times, give the
 * same instance [A1] [A2]; only `now` decides what is overdue.
 *
 * A step is done when its success was seen, whatever came before or after it. When a step failed for good, or an undo was seen, the saga
 * turned back: from then on the done steps that can be undone are waited for. Dead letters are no facts of progress; they explain why one waits.
 */
export function foldSaga(definition: SagaDefinition, key: string, given: readonly SagaFact[], now: Micros): SagaInstance {
  const facts = inOrder(given);
  const alive = facts.filter(({ deadLetter }) => !deadLetter);
  const seen = new Seen(alive);
  const start = seen.first(definition.start);
  // Clocks differ: whatever the start's own clock said, it was not after the first thing that came of it.
  const startedAt = facts[0]?.at ?? now;
  const goodEnd = endOf(definition, seen);
  const views = definition.steps.map((step) => viewOf(step, seen, goodEnd !== null));
  const turnedAt = turnedBackAt(views);
  const common = {
    definition: definition.name,
    key,
    startedAt,
    traceIds: tracesOf(facts),
    facts,
  };
  const lastAt = alive.at(-1)?.at ?? startedAt;
  if (turnedAt !== null) return { ...common, ...turnedBack(definition, views, turnedAt, lastAt, now) };
  if (goodEnd !== null) return { ...common, ...completed(views, goodEnd, lastAt) };
  return { ...common, ...forward(definition, views, startedAt, start !== null, lastAt, facts, now) };
}

type Rest = Omit<SagaInstance, 'definition' | 'key' | 'startedAt' | 'traceIds' | 'facts'>;

/** Each event once: by message id where there is one, the earliest; a letter of it apart. Oldest first, ties by event id. */
function inOrder(given: readonly SagaFact[]): SagaFact[] {
  const sorted = [...given].sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0));
  const known = new Set<string>();
  const facts: SagaFact[] = [];
  for (const fact of sorted) {
    const id = `${fact.deadLetter ? 'dead' : 'seen'}\n${fact.messageId === null ? `event\n${fact.eventId}` : `message\n${fact.messageId}\n${fact.type}`}`;
    if (known.has(id)) continue;
    known.add(id);
    facts.push(fact);
  }
  return facts.slice(0, MAX_FACTS);
}

class Seen {
  private readonly firstOf = new Map<string, SagaFact>();
  private readonly lastOf = new Map<string, SagaFact>();

  constructor(facts: readonly SagaFact[]) {
    for (const fact of facts) {
      if (!this.firstOf.has(fact.type)) this.firstOf.set(fact.type, fact);
      this.lastOf.set(fact.type, fact);
    }
  }

  first(types: readonly string[]): SagaFact | null {
    let found: SagaFact | null = null;
    for (const type of types) {
      const fact = this.firstOf.get(type);
      if (fact !== undefined && (found === null || fact.at < found.at)) found = fact;
    }
    return found;
  }

  last(types: readonly string[]): SagaFact | null {
    let found: SagaFact | null = null;
    for (const type of types) {
      const fact = this.lastOf.get(type);
      if (fact !== undefined && (found === null || fact.at >= found.at)) found = fact;
    }
    return found;
  }
}

/** An end that is also some step's failure or undo ends nothing well. Without `end`, the last step's success is the end. */
function endOf(definition: SagaDefinition, seen: Seen): SagaFact | null {
  const bad = new Set(definition.steps.flatMap((step) => [...step.failure, ...step.compensation]));
  const good = definition.end.length > 0 ? definition.end : (definition.steps.at(-1)?.success ?? []);
  return seen.first(good.filter((type) => !bad.has(type)));
}

interface StepView {
  readonly step: SagaStepDefinition;
  readonly success: SagaFact | null;
  /** For good: no success, or a later failure before any good end. */
  readonly failure: SagaFact | null;
  readonly undone: SagaFact | null;
}

function viewOf(step: SagaStepDefinition, seen: Seen, ended: boolean): StepView {
  const success = seen.first(step.success);
  const failure = seen.last(step.failure);
  const repaired = success !== null && failure !== null && (ended || (seen.last(step.success) as SagaFact).at >= failure.at);
  return { step, success, failure: repaired ? null : failure, undone: seen.first(step.compensation) };
}

function turnedBackAt(views: readonly StepView[]): Micros | null {
  let at: Micros | null = null;
  for (const { failure, undone } of views)
    for (const fact of [failure, undone]) if (fact !== null && (at === null || fact.at < at)) at = fact.at;
  return at;
}

function tracesOf(facts: readonly SagaFact[]): TraceId[] {
  const traces = new Set<TraceId>();
  for (const { traceId } of facts) if (traceId !== null && traces.size < MAX_TRACES) traces.add(traceId);
  return [...traces];
}

function stepOf(view: StepView, state: SagaStep['state'], dueAt: Micros | null = null): SagaStep {
  const shown = state === 'failed' ? view.failure : (view.success ?? view.failure ?? view.undone);
  return {
    name: view.step.name,
    state,
    at: shown?.at ?? null,
    dueAt,
    undoneAt: view.undone?.at ?? null,
    event: shown?.eventId ?? null,
    type: shown?.type ?? null,
  };
}

/** [A5] What was not seen of an ended saga was skipped, or is late: it is not waited for. */
function completed(views: readonly StepView[], end: SagaFact, lastAt: Micros): Rest {
  const missing = views.filter(({ success }) => success === null).map(({ step }) => step.name);
  return {
    state: 'completed',
    changedAt: Math.max(end.at, lastAt),
    endedAt: end.at,
    waitingFor: null,
    dueAt: null,
    steps: views.map((view) => stepOf(view, view.success === null ? 'skipped' : 'done')),
    because: missing.length === 0 ? `${end.type} was seen.` : `${end.type} was seen, though nothing of ${listed(missing)}.`,
  };
}

/** [A3] The first step that did not come is waited for; it is due after the step before it (or the start), and never later than the whole saga. */
function forward(
  definition: SagaDefinition,
  views: readonly StepView[],
  startedAt: Micros,
  started: boolean,
  lastAt: Micros,
  facts: readonly SagaFact[],
  now: Micros,
): Rest {
  const sagaDue = plus(startedAt, definition.timeoutMs);
  const waiting = views.findIndex(({ success }) => success === null);
  let before: Micros | null = startedAt;
  const dues = views.map((view) => {
    const due = before === null ? null : plus(before, view.step.timeoutMs);
    before = view.success?.at ?? null;
    return due;
  });
  const dueAt = waiting < 0 ? sagaDue : earliest(dues[waiting] ?? null, sagaDue);
  const overdue = dueAt !== null && now > dueAt;
  const steps = views.map((view, index) => {
    if (view.success !== null) return stepOf(view, 'done', dues[index] ?? null);
    if (index !== waiting) return stepOf(view, 'not-reached');
    return stepOf(view, overdue ? 'overdue' : 'expected', dueAt);
  });
  const name = waiting < 0 ? listed(definition.end) : (views[waiting] as StepView).step.name;
  const letters = facts.filter(({ deadLetter }) => deadLetter).map(({ type }) => type);
  const because = [
    overdue ? `${name} did not come in time.` : `Waiting for ${name}.`,
    started ? '' : 'Its start was not seen.',
    letters.length === 0 ? '' : `${listed([...new Set(letters)])} ended as a dead letter.`,
  ];
  return {
    state: overdue ? 'stuck' : 'running',
    changedAt: overdue ? Math.max(lastAt, dueAt) : lastAt,
    endedAt: null,
    waitingFor: name,
    dueAt,
    steps,
    because: because.filter((text) => text !== '').join(' '),
  };
}

/** [A4] On the way back each done step that can be undone is waited for, from the moment it turned. */
function turnedBack(definition: SagaDefinition, views: readonly StepView[], turnedAt: Micros, lastAt: Micros, now: Micros): Rest {
  const toUndo = views.filter(({ success, step, undone }) => step.compensation.length > 0 && (success !== null || undone !== null));
  const open = toUndo.filter(({ undone }) => undone === null);
  const dueOf = (view: StepView): Micros | null => plus(turnedAt, view.step.timeoutMs ?? definition.timeoutMs);
  const waiting = open.at(-1) ?? null;
  const dueAt = waiting === null ? null : earliest(...open.map(dueOf));
  const overdue = dueAt !== null && now > dueAt;
  const anyUndone = toUndo.length > open.length;
  const state: SagaState =
    toUndo.length === 0
      ? 'failed'
      : open.length === 0
        ? 'compensated'
        : !overdue
          ? 'compensating'
          : anyUndone
            ? 'partly-compensated'
            : 'stuck';
  const steps = views.map((view) => {
    if (view.undone !== null) return stepOf(view, 'undone');
    if (view.failure !== null) return stepOf(view, 'failed');
    if (view.success === null) return stepOf(view, 'not-reached');
    return view.step.compensation.length === 0 ? stepOf(view, 'done') : stepOf(view, overdue ? 'overdue' : 'undoing', dueOf(view));
  });
  const failed = views.find(({ failure }) => failure !== null);
  const lastUndo = Math.max(turnedAt, ...views.map(({ undone }) => undone?.at ?? 0));
  return {
    state,
    changedAt: overdue ? Math.max(lastAt, dueAt) : lastAt,
    endedAt: state === 'failed' ? turnedAt : state === 'compensated' ? lastUndo : state === 'partly-compensated' ? dueAt : null,
    waitingFor: waiting === null ? null : waiting.step.name,
    dueAt,
    steps,
    because: `${failed === undefined ? 'It was undone.' : `${failed.step.name} failed (${failed.failure?.type ?? ''}).`} ${undoWords(state, open)}`,
  };
}

function undoWords(state: SagaState, open: readonly StepView[]): string {
  const names = listed(open.map(({ step }) => step.name));
  if (state === 'failed') return 'There was nothing to undo.';
  if (state === 'compensated') return 'All that was done is undone.';
  return state === 'compensating' ? `Waiting for the undo of ${names}.` : `The undo of ${names} did not come in time.`;
}

const plus = (at: Micros, ms: number | null): Micros | null => (ms === null ? null : at + ms * 1000);

function earliest(...times: readonly (Micros | null)[]): Micros | null {
  let found: Micros | null = null;
  for (const time of times) if (time !== null && (found === null || time < found)) found = time;
  return found;
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? 'its end') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
