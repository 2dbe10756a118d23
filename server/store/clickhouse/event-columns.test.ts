import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anEvent } from '@/lib/events/event.fixture';
import type { ObservedEvent, TraceContext } from '@/lib/events/observed-event';
import { ByteWriter } from './byte-writer';
import { eventColumns, readDetail } from './event-columns';
import type { WireColumn } from './wire-codec';

const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const context = fc.record({
  system: fc.constant('w3c'),
  traceId: oneOf('t-1', 't-2'),
  spanId: oneOf('s-1', null),
  parentSpanId: oneOf('s-0', 's-1', null),
  sampled: oneOf(true, null),
  origin: fc.boolean(),
  from: oneOf('traceparent', 'b3'),
}) as fc.Arbitrary<TraceContext>;
const event = fc
  .record({
    traceId: oneOf('t-1', 't-2', null),
    spanId: oneOf('s-1', null),
    parentSpanId: oneOf('s-0', null),
    version: oneOf('1', '2', null),
    replyTo: oneOf('answers', null),
    framework: oneOf('CloudEvents', null),
    contentType: oneOf('text/plain', null),
    bodyProblem: oneOf('not-json', null),
    why: fc.array(fc.record({ field: oneOf('type', 'source'), from: oneOf('header a', 'body b') }), { maxLength: 3 }),
    contexts: fc.array(context, { maxLength: 2 }),
  })
  .map((given) => anEvent(given as Partial<ObservedEvent>));

/** What one column writes, row by row, through one set of columns: as in a batch. */
function textsOf(column: WireColumn<ObservedEvent>, events: readonly ObservedEvent[]): string[] {
  const writer = new ByteWriter();
  return events.map((one) => {
    writer.reset();
    column.row(writer, one);
    const bytes = writer.view();
    const start = bytes[0]! < 0x80 ? 1 : bytes[1]! < 0x80 ? 2 : 3;
    return bytes.toString('utf8', start);
  });
}

it('[S2] keeps of each event what was found out, whatever the events before it in the batch said', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => {
      const detail = eventColumns({ tap: 't', broker: 'b', epoch: 1, number: 1 }).find(({ name }) => name === 'detail')!;
      textsOf(detail, events).forEach((text, i) => {
        const { version, replyTo, framework, contentType, bodyProblem, why, contexts, traceId, spanId, parentSpanId } = events[i]!;
        const own = { traceId, spanId, parentSpanId };
        expect(readDetail(text, own)).toMatchObject({ version, replyTo, framework, contentType, bodyProblem, why, contexts });
      });
    }),
  );
});
