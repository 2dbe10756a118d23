import { describe, expect, it } from 'vitest';
import type { SagaDefinition, SagaInstance, SagaStep } from './saga';
import { byNeedOfALook, expectedType, sagaPath } from './saga-path';

const definition: SagaDefinition = {
  name: 'order',
  identifiedBy: 'business-key:order',
  start: ['order.placed'],
  steps: [
    { name: 'stock', success: ['stock.reserved'], failure: ['stock.rejected'], compensation: ['stock.released'], timeoutMs: 1000 },
    { name: 'payment', success: ['payment.captured'], failure: [], compensation: ['payment.refunded'], timeoutMs: 1000 },
    { name: 'shipment', success: ['shipment.created'], failure: ['shipment.rejected'], compensation: [], timeoutMs: 1000 },
  ],
  end: [],
  timeoutMs: null,
};

const aStep = (name: string, given: Partial<SagaStep>): SagaStep => ({
  name,
  state: 'not-reached',
  at: null,
  dueAt: null,
  undoneAt: null,
  event: null,
  type: null,
  ...given,
});
const anInstance = (given: Partial<SagaInstance>): SagaInstance => ({
  definition: 'order',
  key: 'ord_1',
  state: 'running',
  startedAt: 10,
  changedAt: 10,
  endedAt: null,
  waitingFor: null,
  dueAt: null,
  traceIds: [],
  steps: [],
  facts: [],
  because: '',
  ...given,
});

describe('the path of a saga', () => {
  it('[SA20] keeps what came apart from what is expected', () => {
    const path = sagaPath(
      definition,
      anInstance({
        steps: [
          aStep('stock', { state: 'done', at: 20, event: 'e1', type: 'stock.reserved' }),
          aStep('payment', { state: 'overdue', dueAt: 30 }),
          aStep('shipment', {}),
        ],
      }),
    );
    expect(path.forward.map((one) => [one.type, one.state])).toEqual([
      ['order.placed', 'done'],
      ['stock.reserved', 'done'],
      ['payment.captured', 'overdue'],
      ['shipment.created', 'to-come'],
    ]);
    expect(path.undo.map((one) => one.state)).toEqual(['not-needed', 'not-needed']);
    expect(path.turnedBackAt).toBeNull();
  });

  it('turns back at the failed step and shows what is still to be undone', () => {
    const path = sagaPath(
      definition,
      anInstance({
        state: 'compensating',
        steps: [
          aStep('stock', { state: 'undoing', at: 20, event: 'e1', type: 'stock.reserved' }),
          aStep('payment', { state: 'undone', at: 30, undoneAt: 50, event: 'e2', type: 'payment.captured' }),
          aStep('shipment', { state: 'failed', at: 40, event: 'e3', type: 'shipment.rejected' }),
        ],
      }),
    );
    expect(path.turnedBackAt).toBe(3);
    expect(path.forward[3]).toMatchObject({ type: 'shipment.rejected', state: 'failed' });
    expect(path.undo).toEqual([
      { under: 1, type: 'stock.released', state: 'expected', at: null },
      { under: 2, type: 'payment.refunded', state: 'undone', at: 50 },
    ]);
  });

  it('says what will not come any more once the saga ended', () => {
    const path = sagaPath(
      definition,
      anInstance({ state: 'failed', steps: [aStep('stock', { state: 'failed', at: 20, event: 'e1', type: 'stock.rejected' })] }),
    );
    expect(path.forward.map((one) => one.state)).toEqual(['done', 'failed', 'will-not-come', 'will-not-come']);
  });
});

it('names the event that would end the waiting', () => {
  expect(expectedType(definition, anInstance({ waitingFor: 'payment' }))).toBe('payment.captured');
  expect(expectedType(definition, anInstance({ waitingFor: 'payment', state: 'compensating' }))).toBe('payment.refunded');
  expect(expectedType(definition, anInstance({ waitingFor: 'something.else' }))).toBeNull();
  expect(expectedType(undefined, anInstance({ waitingFor: 'payment' }))).toBeNull();
});

it('lists stuck sagas first, then soonest due, then the newest finished', () => {
  const of = (key: string, given: Partial<SagaInstance>) => anInstance({ key, ...given });
  const list = [
    of('done-old', { state: 'completed', endedAt: 5 }),
    of('due-late', { dueAt: 90 }),
    of('due-soon', { dueAt: 50 }),
    of('stuck', { state: 'stuck', dueAt: 1 }),
    of('done-new', { state: 'completed', endedAt: 9 }),
  ];
  expect(list.toSorted(byNeedOfALook).map((one) => one.key)).toEqual(['stuck', 'due-soon', 'due-late', 'done-new', 'done-old']);
});
