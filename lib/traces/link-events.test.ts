import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '@/lib/contract/traces';
import { linkEvents } from './link-events';
import { anEventRow } from './trace-node.fixture';

/** [T4] as it is written, look by look: the newest living copy before the effect, else the first of the others. */
function nearest(ordered: readonly EventRow[], event: EventRow, copies: readonly EventRow[]): EventRow | null {
  const others = copies.filter(({ id }) => id !== event.id);
  const living = others.filter(({ deadLetter }) => !deadLetter);
  const from = living.length > 0 ? living : others;
  return from.findLast((copy) => ordered.indexOf(copy) < ordered.indexOf(event)) ?? from[0] ?? null;
}

function parentByTheBook(ordered: readonly EventRow[], event: EventRow): string | null {
  const { messageId, spanId, causationId, parentSpanId, deadLetter } = event;
  const ofMessage = (id: string | null) => ordered.filter((one) => id !== null && one.messageId === id);
  const original = deadLetter ? nearest(ordered, event, ofMessage(messageId)) : null;
  const spoken =
    deadLetter && spanId !== null
      ? ordered.findLast((one) => one.spanId === spanId && !one.deadLetter && one.type === event.type && one.id !== event.id)
      : undefined;
  const cause = causationId === messageId ? null : nearest(ordered, event, ofMessage(causationId));
  const span =
    parentSpanId === null || parentSpanId === spanId
      ? null
      : nearest(
          ordered,
          event,
          ordered.filter((one) => one.spanId === parentSpanId),
        );
  const copy = ofMessage(messageId).findLast((one) => ordered.indexOf(one) < ordered.indexOf(event));
  return (original ?? spoken ?? cause ?? span ?? copy)?.id ?? null;
}

describe('links of one trace', () => {
  const few = fc.constantFrom(null, 'x', 'y', 'z');
  const events = fc
    .array(fc.record({ messageId: few, causationId: few, spanId: few, parentSpanId: few, type: few, deadLetter: fc.boolean() }), {
      maxLength: 12,
    })
    .map((list) => list.map((one, n) => anEventRow({ id: `e${n}`, after: n, ...one })));

  it('[T4] of several copies of a cause the newest living one before the effect counts, whichever copies there are', () => {
    fc.assert(
      fc.property(events, (ordered) => {
        const links = linkEvents(ordered);
        expect(ordered.map(({ id }) => links.get(id)?.parent?.id ?? null)).toEqual(ordered.map((event) => parentByTheBook(ordered, event)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('[T4] 100,000 copies of one message and one span are gone through once', { timeout: 60_000 }, () => {
    const copies = Array.from({ length: 100_000 }, (_, n) =>
      anEventRow({
        id: `e${n}`,
        after: n,
        messageId: 'm',
        spanId: 's',
        causationId: n % 3 === 0 ? 'm' : 'gone',
        parentSpanId: n % 2 === 0 ? 's' : null,
        deadLetter: n % 5 === 0,
      }),
    );
    expect(linkEvents(copies).get('e99999')?.parent?.id).toBe('e99998');
  });
});
