import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isImported } from '@/lib/events/imported';
import { importedTrace } from './imported-trace';
import { readTraceFile } from './read-trace-file';
import { writeTraceFile, type TraceFile } from './write-trace-file';
import { anEventRow, start } from './trace-node.fixture';

const given: Omit<TraceFile, 'format' | 'version'> = {
  exportedAt: start,
  environment: 'demo',
  traceId: 'trace-1',
  events: [
    anEventRow({ id: 'a', type: 'order.placed', messageId: 'm1' }),
    anEventRow({ id: 'b', after: 5, causationId: 'm1', replayOf: 'a', replayId: 'r' }),
  ],
  details: [],
  story: {
    consumption: [
      {
        event: 'a',
        inbox: 'orders@billing',
        evidence: 'seen',
        state: 'not-yet',
        from: null,
        to: null,
        behind: 3,
        why: 'committed offset 7',
      },
    ],
    marks: [{ event: 'b', kind: 'out-of-order', text: 'version 1 came after version 2', other: 'a' }],
    flow: { joinedBy: 'order o-1', rule: 'business-key', evidence: 'inferred', traceIds: [], cappedAt: null },
  },
  leftOut: ['bodies after the first 200 events'],
};

describe('one trace as a file', () => {
  it('[TF1] reads back what was written', () => {
    expect(readTraceFile(writeTraceFile(given))).toEqual({ format: 'eventyard.trace', version: 1, ...given });
  });

  it('[TF2] says what is wrong with anything else', () => {
    expect(readTraceFile('nonsense')).toEqual({ problem: 'The file is not JSON.' });
    expect(readTraceFile('{}')).toMatchObject({ problem: expect.stringContaining('no trace of Eventyard at format') });
    const broken = writeTraceFile(given).replace('"kafka"', '"x"').replace('"observedAt":', '"observed":');
    expect(readTraceFile(broken)).toMatchObject({ problem: expect.stringContaining('events.0.observedAt') });
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(readTraceFile(text)).toHaveProperty('problem');
      }),
    );
  });

  it('[TF3] marks every event as imported and keeps the ids that people search for', () => {
    const file = readTraceFile(writeTraceFile(given)) as TraceFile;
    const { trace } = importedTrace(file);
    expect(trace.nodes.map(({ event }) => event.id)).toEqual(['imported:a', 'imported:b']);
    expect(trace.nodes.every(({ event }) => isImported(event.id) && event.traceId === 'trace-1')).toBe(true);
    expect(trace.nodes[1]).toMatchObject({ parent: 'imported:a', joinedBy: 'replay' });
  });

  it('[TF4] keeps what was concluded then, about the imported events; marks that a file does not hold are made', () => {
    const { story } = importedTrace(readTraceFile(writeTraceFile(given)) as TraceFile).trace;
    expect(story).toMatchObject({
      parents: [{ event: 'imported:b', parent: 'imported:a', rule: 'replay' }],
      consumption: [{ event: 'imported:a', inbox: 'orders@billing', state: 'not-yet', behind: 3 }],
      marks: [{ event: 'imported:b', other: 'imported:a', kind: 'out-of-order' }],
      flow: { joinedBy: 'order o-1' },
    });
    const { story: _, events, ...bare } = given;
    const unsampled = { ...bare, events: events.map((event) => ({ ...event, replayOf: null, replayId: null, sampled: false })) };
    expect(importedTrace(readTraceFile(writeTraceFile(unsampled)) as TraceFile).trace.story?.marks).toMatchObject([
      { event: 'imported:a', kind: 'not-sampled' },
    ]);
  });

  it('[TF4] joins as it did where it was seen: by reply address, origin of a letter, conversation', () => {
    const events = [
      anEventRow({ id: 'a', type: 'price.asked', correlationId: 'c', replyTo: 'answers' }),
      anEventRow({ id: 'b', type: 'price.told', correlationId: 'c', routingKey: 'answers', after: 1 }),
    ];
    const { trace } = importedTrace(readTraceFile(writeTraceFile({ ...given, events })) as TraceFile);
    expect(trace.nodes[1]).toMatchObject({ parent: 'imported:a', joinedBy: 'reply' });
  });
});
