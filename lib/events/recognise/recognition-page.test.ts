import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FAMILIES } from './families';
import { FIELDS, type Conditions, type Family } from './table';

const PAGE = fileURLToPath(new URL('../../../docs/recognition.md', import.meta.url));

/** `EVENTYARD_TEST_WRITE_PAGES=1` writes the table into the page instead of comparing. */
const WRITES = process.env.EVENTYARD_TEST_WRITE_PAGES === '1';

it('[G54] docs/recognition.md lists every family of the table, and nothing else', () => {
  const page = readFileSync(PAGE, 'utf8');
  const rows = FAMILIES.map(rowOf);
  const fields = FIELDS.filter((field) => field !== 'retries').join(', ');
  const made = page
    .replace(/(\|---\|---\|---\|---\|\n)[\s\S]*?\n(?=Unknown headers)/, (_, head: string) => `${head}${rows.join('\n')}\n\n`)
    .replace(/Fields: .*\./, `Fields: ${fields}, traceId, spanId, parentSpanId.`);
  if (WRITES) writeFileSync(PAGE, made);
  else expect(page).toBe(made);
});

function rowOf(family: Family): string {
  const fields = [family.headers, family.properties, family.body, family.record].flatMap((places) => Object.keys(places ?? {}));
  const contexts = (family.contexts ?? []).length > 0 ? ['trace context'] : [];
  const failure = [...(family.keys === undefined ? [] : ['business keys']), ...(family.failure === undefined ? [] : ['failure'])];
  return `| ${family.name} | ${family.title} | ${toldBy(family)} | ${[...new Set([...contexts, ...fields, ...failure])].join(', ') || 'its name'} |`;
}

function toldBy({ detect, contexts = [], failure }: Family): string {
  if (detect !== 'always') return ofConditions(detect);
  const names = [...contexts.map(({ from }) => from[0] as string), ...(failure?.detect ?? [])];
  return names.length === 0 ? 'its fields' : names.map((name) => `\`${name}\``).join(', ');
}

function ofConditions({ headers = [], allHeaders = [], body, channel, schema, value }: Conditions): string {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const some = headers.length > 6 ? `${code(headers.slice(0, 6))} …` : code(headers);
  return [
    headers.length > 0 ? `one of headers ${some}` : '',
    allHeaders.length > 0 ? `headers ${code(allHeaders)}` : '',
    body === undefined ? '' : (body.all ?? []).length === 0 ? 'a JSON object' : `body with ${code(body.all ?? [])}`,
    channel === undefined ? '' : `channel \`${channel}\``,
    schema === true ? 'a zero byte and four bytes of a schema’s id' : '',
    value === undefined
      ? ''
      : value
          .map(({ at }) => (at === 'content-type' ? 'its content type' : `the form of ${Object.entries(at).flat().join(' ')}`))
          .join(', '),
  ]
    .filter((part) => part !== '')
    .join('; ');
}
