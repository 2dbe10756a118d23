import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldSaga } from './fold-saga';
import type { SagaDefinition, SagaFact, SagaStepDefinition } from './saga';
import { momentOfFact, sagaKeyOf, typesOfSaga } from './saga-facts';

const step = (
  name: string,
  success: string,
  failure: string,
  compensation: string[],
  timeoutMs: number | null = 10_000,
): SagaStepDefinition => ({ name, success: [success], failure: [failure], compensation, timeoutMs });
const order: SagaDefinition = {
  name: 'order',
  identifiedBy: 'business-key:order',
  start: ['placed'],
  steps: [
    step('reserve', 'reserved', 'short', ['released']),
    step('pay', 'paid', 'declined', ['refunded']),
    step('ship', 'shipped', 'lost', [], 60_000),
  ],
  end: ['completed', 'cancelled'],
  timeoutMs: 300_000,
};

const noon = Date.UTC(2026, 10, 21, 12) * 1000;
let count = 0;
const fact = (type: string, second: number, over: Partial<SagaFact> = {}): SagaFact => ({
  eventId: `e-${type}-${second}-${count++}`,
  messageId: `${type}-${second}`,
  type,
  at: noon + second * 1e6,
  traceId: 't-1',
  deadLetter: false,
  ...over,
});
const fold = (facts: readonly SagaFact[], nowSecond: number, definition = order) =>
  foldSaga(definition, 'o-1', facts, noon + nowSecond * 1e6);
const states = (facts: readonly SagaFact[], nowSecond: number) => fold(facts, nowSecond).steps.map(({ state }) => state);

const [placed, reserved, paid, shipped, completed] = [
  fact('placed', 0),
  fact('reserved', 1),
  fact('paid', 2),
  fact('shipped', 3),
  fact('completed', 4),
] as const;

describe('foldSaga', () => {
  it('[A3] waits for the first step that did not come, due after the one before it', () => {
    expect(fold([placed, reserved], 5)).toMatchObject({
      state: 'running',
      waitingFor: 'pay',
      dueAt: noon + 11e6,
      startedAt: noon,
      endedAt: null,
      because: 'Waiting for pay.',
    });
    expect(states([placed, reserved], 5)).toEqual(['done', 'expected', 'not-reached']);
  });

  it('[A3] an overdue step is stuck since it was due, and no more when it comes after all', () => {
    expect(fold([placed, reserved], 12)).toMatchObject({ state: 'stuck', waitingFor: 'pay', dueAt: noon + 11e6, changedAt: noon + 11e6 });
    expect(states([placed, reserved], 12)).toEqual(['done', 'overdue', 'not-reached']);
    expect(fold([placed, reserved, fact('paid', 30)], 31)).toMatchObject({ state: 'running', waitingFor: 'ship' });
  });

  it('[A3] the whole saga has a time too', () => {
    const long = { ...order, steps: order.steps.map((one) => ({ ...one, timeoutMs: null })) };
    expect(fold([placed, reserved], 299, long)).toMatchObject({ state: 'running', dueAt: noon + 300e6 });
    expect(fold([placed, reserved], 301, long)).toMatchObject({ state: 'stuck' });
    expect(fold([placed, reserved], 1e6, { ...long, timeoutMs: null })).toMatchObject({ state: 'running', dueAt: null });
  });

  it('ends well by its end event, or by its last step where no end is named', () => {
    expect(fold([placed, reserved, paid, shipped, completed], 999)).toMatchObject({
      state: 'completed',
      endedAt: noon + 4e6,
      waitingFor: null,
    });
    expect(fold([placed, reserved, paid, shipped], 5)).toMatchObject({ state: 'running', waitingFor: 'completed and cancelled' });
    expect(fold([placed, reserved, paid, shipped], 5, { ...order, end: [] })).toMatchObject({ state: 'completed', endedAt: noon + 3e6 });
  });

  it('[A5] what was not seen of an ended saga was skipped, and fills in when it is late', () => {
    expect(fold([placed, paid, completed], 5)).toMatchObject({
      state: 'completed',
      because: 'completed was seen, though nothing of reserve and ship.',
    });
    expect(states([placed, paid, completed], 5)).toEqual(['skipped', 'done', 'skipped']);
    expect(states([placed, paid, completed, reserved], 5)).toEqual(['done', 'done', 'skipped']);
  });

  it('[A4] turned back it waits for each undo, and is compensated when all came', () => {
    const declined = [placed, reserved, fact('declined', 2)];
    expect(fold(declined, 3)).toMatchObject({
      state: 'compensating',
      waitingFor: 'reserve',
      dueAt: noon + 12e6,
      because: 'pay failed (declined). Waiting for the undo of reserve.',
    });
    expect(states(declined, 3)).toEqual(['undoing', 'failed', 'not-reached']);
    expect(fold([...declined, fact('cancelled', 3), fact('released', 4)], 999)).toMatchObject({
      state: 'compensated',
      endedAt: noon + 4e6,
    });
    expect(states([...declined, fact('released', 4)], 5)).toEqual(['undone', 'failed', 'not-reached']);
  });

  it('[A4] an undo that does not come leaves it partly compensated, or stuck when none came', () => {
    const lost = [placed, reserved, paid, fact('lost', 5)];
    expect(fold([...lost, fact('refunded', 6)], 999)).toMatchObject({
      state: 'partly-compensated',
      because: 'ship failed (lost). The undo of reserve did not come in time.',
    });
    expect(fold(lost, 999)).toMatchObject({ state: 'stuck' });
    expect(fold([...lost, fact('refunded', 6), fact('released', 500)], 999)).toMatchObject({ state: 'compensated' });
  });

  it('[A4] failed with nothing to undo', () => {
    expect(fold([placed, fact('short', 1)], 999)).toMatchObject({
      state: 'failed',
      endedAt: noon + 1e6,
      because: 'reserve failed (short). There was nothing to undo.',
    });
  });

  it('[A4] a failure that was tried again and went well is none', () => {
    expect(fold([placed, reserved, fact('declined', 2), fact('paid', 3)], 4)).toMatchObject({ state: 'running', waitingFor: 'ship' });
    expect(fold([placed, reserved, fact('paid', 3), fact('declined', 4), shipped, completed], 5)).toMatchObject({ state: 'completed' });
  });

  it('[A6] a dead letter is no progress, and says why one waits', () => {
    expect(fold([placed, { ...reserved, deadLetter: true }], 5)).toMatchObject({
      state: 'running',
      waitingFor: 'reserve',
      because: 'Waiting for reserve. reserved ended as a dead letter.',
    });
    expect(fold([placed, reserved, { ...reserved, eventId: 'letter', deadLetter: true }], 5)).toMatchObject({ waitingFor: 'pay' });
  });

  it('[A8] never ends before it began, though the clocks of two brokers differ', () => {
    const late = { ...placed, at: noon + 9e6 };
    expect(fold([late, reserved, paid, shipped, completed], 20)).toMatchObject({ startedAt: noon + 1e6, endedAt: noon + 4e6 });
  });

  it('a saga whose start was not seen says so', () => {
    expect(fold([reserved], 5)).toMatchObject({
      state: 'running',
      startedAt: noon + 1e6,
      because: expect.stringContaining('start was not seen'),
    });
  });

  const anyFact = fc
    .record({
      type: fc.constantFrom(...typesOfSaga(order), 'unknown'),
      second: fc.integer({ min: 0, max: 20 }),
      id: fc.integer({ min: 0, max: 6 }),
      dead: fc.boolean(),
    })
    .map(({ type, second, id, dead }) =>
      fact(type, second, { messageId: `${type}-${id}`, eventId: `${type}-${id}-${second}`, deadLetter: dead && id === 0 }),
    );

  it('[A1] [A2] any order, and any fact twice, gives the same instance', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 12 }), fc.integer({ min: 0, max: 400 }), fc.func(fc.integer()), (facts, now, order) => {
        const shuffled = [...facts, ...facts.slice(0, 4)]
          .map((one) => ({ one, by: order(one.eventId) }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one);
        expect(fold(shuffled, now)).toEqual(fold(facts, now));
      }),
    );
  });

  it('[A2] the same event by another way, later, counts once', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 10 }), fc.nat(), (facts, pick) => {
        const again = facts[pick % Math.max(1, facts.length)];
        if (again === undefined) return;
        expect(fold([...facts, { ...again, eventId: `zz-${again.eventId}`, at: again.at + 3e6 }], 500)).toEqual(fold(facts, 500));
      }),
    );
  });

  it('[A7] time alone never completes, fails or undoes anything, and what ended stays as it is', () => {
    fc.assert(
      fc.property(
        fc.array(anyFact, { maxLength: 10 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 1000 }),
        (facts, now, later) => {
          if (facts.length === 0) return;
          const before = fold(facts, now);
          const after = fold(facts, now + later);
          if (['completed', 'compensated', 'failed'].includes(before.state)) expect(after).toEqual(before);
          else expect(['completed', 'compensated', 'failed']).not.toContain(after.state);
        },
      ),
    );
  });
});

describe('saga facts', () => {
  const event = {
    id: 'e',
    type: 't',
    messageId: null,
    correlationId: 'c',
    traceId: 't',
    sagaId: 's',
    businessKeys: [{ name: 'order', value: 'o' }],
    publishedAt: null,
    observedAt: noon,
    deadLetter: false,
  };

  it('[A10] finds the key where the definition says', () => {
    expect(['business-key:order', 'business-key:user', 'correlation-id', 'saga-id', 'trace-id'].map((by) => sagaKeyOf(by, event))).toEqual([
      'o',
      null,
      'c',
      's',
      't',
    ]);
  });

  it('[A11] believes a clock only where it can be true', () => {
    const at = (publishedAt: number | null) => momentOfFact({ publishedAt, observedAt: noon + 1_500_000 });
    expect(at(noon + 1000)).toBe(noon + 1000);
    expect(at(noon - 3_600e6)).toBe(noon - 3_600e6);
    for (const wrong of [null, 0, noon, noon + 9e6, 1]) expect(at(wrong)).toBe(noon + 1_500_000);
  });
});
