import { parseArgs } from 'node:util';
import { parseQuery } from '@/lib/search/parse-query';
import type { Services } from '@/server/web/services';
import { getTrace } from '@/server/web/queries/get-trace';
import { openFilledStore } from './kit/filled-store';
import { askAll } from './kit/questions';
import { printFigures, printMachine } from './kit/report';

/**
 * Searches over a store that holds so many events of a shop, a thousand a second: what the web half asks for a line of the search, over the
 * last hour (or as long as the events last). The rival is the plain way in the same store: a LIKE over the bodies without our bounds.
 *
 *   npm run bench:search [-- --plain --events 1000000 --questions 20 --rounds 3]   (--plain: without store.indexFields)
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    plain: { type: 'boolean', default: false },
  },
});
const EVENTS = Number(values.events);

/** An event that is there. */
interface Stored {
  readonly trace: string;
  readonly message: string;
  readonly order: string;
}

printMachine();
const filled = await openFilledStore(EVENTS, { indexFields: !values.plain });
const { store, client } = filled;
try {
  const to = Date.now() * 1_000;
  const range = { from: to - 3_600_000_000, to };
  const stored = await client.rows<Stored>(
    'SELECT traceId AS trace, messageId AS message, correlationId AS order FROM events WHERE cityHash64(id) % 100 = 0 AND observedAt > now64(6) - INTERVAL 1 HOUR LIMIT 2000',
  );
  const search = async (line: string): Promise<number> => {
    const parsed = parseQuery(line);
    if (!parsed.ok) throw new Error(`${line}: ${parsed.problem.text}`);
    return (await store.search({ range, limit: 100, node: parsed.query })).rows.length;
  };
  const finds = async (line: string): Promise<void> => {
    if ((await search(line)) === 0) throw new Error(`${line} found nothing`);
  };
  const services = { store, clock: () => to } as unknown as Services;
  const figures = await askAll<Stored>(
    [
      { name: 'an id in an unknown field', aim: 200, ask: ({ trace }) => store.findId(trace, 200) },
      { name: 'a trace with its story (parents, consumption, marks)', aim: null, ask: ({ trace }) => getTrace(services, trace) },
      { name: 'the newest traces', aim: null, ask: () => search('') },
      { name: 'service and status', aim: null, ask: () => search('service=payment status=dead-lettered') },
      { name: 'a header', aim: 50, ask: ({ message }) => finds(`h.event-id=${message}`) },
      { name: 'a field of the body', aim: 50, ask: ({ order }) => finds(`b.orderId=${order}`) },
      { name: 'a field of the body, a value that is not there', aim: 50, ask: ({ trace }) => search(`b.orderId=${trace.slice(0, 8)}`) },
      { name: 'a part of a header (no index)', aim: null, ask: ({ trace }) => search(`h.traceparent~${trace}`) },
      { name: 'words in the text, last hour', aim: 1_000, ask: ({ trace }) => search(`"${trace.slice(0, 12)} never"`) },
      { name: 'has(…) and NOT has(…)', aim: null, ask: () => search('has(type=order.placed) NOT has(type=shipment.dispatched)') },
      {
        name: 'rival: LIKE over the bodies',
        aim: null,
        ask: ({ trace }) =>
          client.rows("SELECT traceId, max(observedAt) FROM events WHERE ifNull(body, '') LIKE {words:String} GROUP BY traceId LIMIT 100", {
            words: `%${trace.slice(0, 12)} never%`,
          }),
      },
    ],
    { pid: filled.pid, subjects: stored, questions: Number(values.questions), rounds: Number(values.rounds) },
  );
  printFigures(
    `Searches among ${EVENTS.toLocaleString('en')} events, ${values.questions} questions a round, medians of ${values.rounds}`,
    figures,
  );
} finally {
  await filled.close();
}
