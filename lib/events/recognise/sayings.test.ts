import { describe, expect, it } from 'vitest';
import { compileRules } from './compile-rules';
import { aRecord, recognised } from './raw-record.fixture';
import { recognise } from './recognise';
import { SAMPLES } from './samples/samples.fixture';
import { losersOf } from './sayings';

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

  it('[G53] looking again changes nothing of what was recognised', () => {
    for (const { record, system } of SAMPLES) {
      const before = recognised(record, system);
      losersOf(record, before, rules);
      expect(recognise(record, { system, rules: compileRules() })).toEqual(before);
    }
  });
});
