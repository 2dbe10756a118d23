import { describe, expect, it } from 'vitest';
import { compileRules } from './compile-rules';
import { aRecord, recognised } from './raw-record.fixture';
import { recognise } from './recognise';
import { SAMPLES } from './samples/samples.fixture';
import { TRACEPARENT } from './samples/sample.fixture';
import { losersOf } from './sayings';
import { whyOfKeys } from './why-of-keys';

describe('what was said and not taken', () => {
  const rules = compileRules({ serviceNames: { svc: 'orders' } });

  it('[G53] tells every place that says something else, with its value, in the order of trust', () => {
    const record = aRecord(
      [
        ['event-id', 'h-1'],
        ['event-type', 'order.placed'],
        ['message-id', 'm-1', 'property'],
        ['retry-count', '2'],
        ['source', 'svc'],
      ],
      { id: 'b-1', type: 'order.placed', source: 'orders', data: {}, metadata: { retryCount: 2 } },
    );
    const meaning = recognise(record, { system: 'kafka', rules });
    expect(losersOf(record, meaning, rules)).toEqual([
      { field: 'messageId', from: 'body id (envelope id/type/data)', value: 'b-1' },
      { field: 'messageId', from: 'property message-id (AMQP property)', value: 'm-1' },
    ]);
  });

  it('[G3] business keys say where they stood, and a trace that only its origin names says that', () => {
    const record = aRecord([], { specversion: '1.0', id: 'e', source: 's', type: 't', traceparent: TRACEPARENT, data: { orderId: 'o-1' } });
    const meaning = recognise(record, { system: 'kafka', rules });
    expect(whyOfKeys(meaning)).toEqual([{ field: 'businessKeys', from: 'order from the body, by its name (orderId or order_id)' }]);
    expect(meaning.why).toContainEqual({
      field: 'traceId',
      from: 'body traceparent (CloudEvents envelope, where it was first made)',
    });
    for (const sample of SAMPLES) {
      const { businessKeys, why, traceId } = recognised(sample.record, sample.system);
      const said = [...why, ...whyOfKeys({ businessKeys, why })].filter(({ field }) => field === 'businessKeys');
      const parts = why.some(({ field }) => field === 'aggregateId' || field === 'batch') ? 1 : 0;
      expect(said.length + parts, sample.what).toBeGreaterThanOrEqual(businessKeys.length);
      expect(traceId === null || why.some(({ field }) => field === 'traceId'), sample.what).toBe(true);
    }
  });

  it('[G53] looking again changes nothing of what was recognised', () => {
    for (const { record, system } of SAMPLES) {
      const before = recognised(record, system);
      losersOf(record, before, rules);
      expect(recognise(record, { system, rules: compileRules() })).toEqual(before);
    }
  });
});
