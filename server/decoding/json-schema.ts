import { createRequire } from 'node:module';
import type Ajv from 'ajv';
import type { DecodeSchema } from './decode-job';

/** What a value breaks, a line each (`/points must be integer`); none where it keeps to its schema. */
export type CheckValue = (value: unknown) => readonly string[];

const MOST_SAID = 5;
const load = createRequire(import.meta.url);

/**
 * A validator of one schema, with what it refers to. `format` is a remark by default and not checked. Runs in the decoding process only: a
 * pattern may be made to take for ever.
 * @throws Error when the schema is none, or of a draft that is not checked
 */
export function compileJsonSchema({ text, references }: DecodeSchema): CheckValue {
  const schema = JSON.parse(text) as boolean | Readonly<Record<string, unknown>>;
  const draft = typeof schema === 'object' && typeof schema.$schema === 'string' ? schema.$schema : '';
  if (draft.includes('draft-03') || draft.includes('draft-04')) throw new Error(`${draft} is an old draft that is not checked`);
  const checker = new (validatorOf(draft))({
    strict: false,
    validateSchema: false,
    validateFormats: false,
    allErrors: true,
    logger: false,
  });
  const base = typeof schema === 'object' && typeof schema.$id === 'string' ? schema.$id : null;
  for (const reference of references) addReference(checker, reference, base);
  const check = checker.compile(schema);
  return (value) => {
    if (check(value)) return [];
    const said = (check.errors ?? []).map(describe);
    const once = [...new Set(said)];
    return once.length > MOST_SAID ? [...once.slice(0, MOST_SAID), `and ${once.length - MOST_SAID} more`] : once;
  };
}

interface Breach {
  /** Where in the body; empty = the body itself. */
  readonly instancePath?: string;
  readonly message?: string;
  readonly params: object;
}

const describe = ({ instancePath = '', message = 'breaks it', params }: Breach): string =>
  [instancePath || 'the body', message, extraOf(params)].filter((part) => part !== '').join(' ');

/** A name may be relative to the schema's own address. */
function addReference(checker: Ajv, { name, text }: { readonly name: string; readonly text: string }, base: string | null): void {
  const schema = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const resolved = base !== null && URL.canParse(name, base) ? new URL(name, base).href : name;
  checker.addSchema(schema, name);
  if (resolved !== name && resolved !== schema.$id) checker.addSchema(schema, resolved);
}

/** The property that is too many is named in no message. */
const extraOf = (params: object): string =>
  'additionalProperty' in params
    ? `(${String(params.additionalProperty)})`
    : 'allowedValues' in params
      ? JSON.stringify(params.allowedValues)
      : '';

/** Each draft is some hundred kB of code: loaded when a schema of it comes. Without `$schema` it is draft 7. */
function validatorOf(draft: string): typeof Ajv {
  const path = draft.includes('2020-12') ? 'ajv/dist/2020' : draft.includes('2019-09') ? 'ajv/dist/2019' : 'ajv';
  return (load(path) as { readonly default: typeof Ajv }).default;
}
