import { parseArgs } from 'node:util';
import { openFilledStore } from './kit/filled-store';
import { askAll } from './kit/questions';
import { printFigures, printMachine } from './kit/report';

/**
 * One trace by its id, asked of the store port as the web half asks it, in a store that holds so many events of a shop (five to a trace,
 * a thousand a second). Ids are chosen anew for every question, so nothing is remembered.
 *
 *   npm run bench:lookup [-- --events 1000000 --questions 300 --rounds 3]
 *   npm run bench:lookup -- --events 10000000   (500,000 by the product's way, the others copied; --own says how many)
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    questions: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    own: { type: 'string' },
  },
});
const EVENTS = Number(values.events);

printMachine();
const filled = await openFilledStore(EVENTS, values.own === undefined ? {} : { own: Number(values.own) });
const { store } = filled;
try {
  const figures = await askAll<string>(
    [
      {
        name: 'one trace by id',
        aim: EVENTS > 1_000_000 ? 50 : 20,
        async ask(trace) {
          const { events } = await store.eventsOfTrace(trace, 2_000);
          if (events.length !== 5) throw new Error(`trace ${trace} has ${events.length} events`);
        },
      },
      {
        name: 'a trace id that is not there',
        aim: null,
        ask: (trace) => store.eventsOfTrace(`ff${trace.slice(2, -2)}ff`, 2_000),
      },
      {
        name: 'any id a person pasted',
        aim: 200,
        async ask(trace) {
          if ((await store.findId(trace, 50)).length !== 5) throw new Error(`${trace} was not found`);
        },
      },
    ],
    { pid: filled.pid, subjects: filled.traces, questions: Number(values.questions), rounds: Number(values.rounds) },
  );
  printFigures(
    `Lookups among ${EVENTS.toLocaleString('en')} events, ${values.questions} questions a round, medians of ${values.rounds}`,
    figures,
  );
} finally {
  await filled.close();
}
