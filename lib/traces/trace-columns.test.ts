import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortNodes, traceColumns, traceCsv, traceJson } from './trace-columns';
import { aNode, anEventRow, start } from './trace-node.fixture';

const columns = traceColumns(start);
const only = (...ids: string[]) => columns.filter(({ id }) => ids.includes(id));
const typed = (type: string | null, id = 'e', after = 0) => aNode(anEventRow({ id, type, after }));

/** A reader of RFC 4180, as any spreadsheet has one. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let value = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char !== '"') value += char;
      else if (text[at + 1] === '"') {
        value += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',' || (char === '\r' && text[at + 1] === '\n')) {
      rows.at(-1)?.push(value);
      value = '';
      if (char === '\r') {
        at += 1;
        rows.push([]);
      }
    } else value += char;
  }
  return rows.slice(0, -1);
}

describe('the rows of a trace as a file', () => {
  it('[EX1] gives every value back to a CSV reader', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((type) => !/^[=+\-@\t\r]/.test(type)),
        (type) => {
          expect(readCsv(traceCsv([typed(type)], only('type')))).toEqual([['Event'], [type]]);
        },
      ),
    );
  });

  it('[EX2] lets no spreadsheet run what an event says', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', '+', '-', '@', '\t', '\r'), fc.string(), (first, rest) => {
        const [, [value = ''] = []] = readCsv(traceCsv([typed(first + rest)], only('type')));
        expect(value).toBe(`'${first}${rest}`);
      }),
    );
    expect(traceCsv([typed('=HYPERLINK("http://x","y")')], only('type'))).toBe(`Event\r\n"'=HYPERLINK(""http://x"",""y"")"\r\n`);
  });

  it('[EX1] writes times with their zone and numbers as numbers', () => {
    expect(traceCsv([typed('a', 'e', 1_250)], only('time', 'after', 'size'))).toBe(
      'Time,After,Bytes\r\n2026-11-21T12:00:01.750Z,1250000,100\r\n',
    );
    expect(JSON.parse(traceJson([typed('a', 'e', 1_250)], only('after', 'type')))).toEqual([{ after: 1_250_000, type: 'a' }]);
  });

  it('[EX3] sorts what is not said last, either way, and keeps the order of equals', () => {
    const nodes = [typed('b', '1'), typed(null, '2'), typed('a', '3'), typed('b', '4')];
    const [type] = only('type');
    const ids = (down: boolean) => sortNodes(nodes, type!, down).map(({ event }) => event.id);
    expect(ids(false)).toEqual(['3', '1', '4', '2']);
    expect(ids(true)).toEqual(['1', '4', '3', '2']);
  });
});
