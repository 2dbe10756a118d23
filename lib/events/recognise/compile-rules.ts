import type { BrokerSystem, ServiceName } from '@/lib/events/names';
import type { Why } from '@/lib/events/observed-event';
import { FAMILIES } from './families';
import type { Inflate } from './parse-body';
import { FIELDS, type ContextPlaces, type FailurePlaces, type Family, type Field } from './table';

/** A user's own rule, before all families: `{ field: 'correlationId', header: 'x-order-flow' }` or `{ field: 'type', path: 'meta.kind' }`. */
export interface OwnRule {
  readonly field: Field;
  readonly header?: string;
  readonly property?: string;
  readonly path?: string;
}

export interface RuleOptions {
  readonly own?: readonly OwnRule[];
  /** What a message calls its source → what a person calls it. */
  readonly serviceNames?: Readonly<Record<string, ServiceName>>;
  readonly inflate?: Inflate;
  /** For tests of one family; all of them otherwise. */
  readonly families?: readonly Family[];
}

export const HEADER = 0;
export const PROPERTY = 1;
export const BODY = 2;

/** One place a field may stand. `id` is the dense number of a header or property name. */
export interface Candidate {
  readonly family: number;
  readonly kind: 0 | 1 | 2;
  readonly id: number;
  readonly first: string;
  readonly second: string | null;
  readonly why: Why;
}

export interface CompiledContext {
  readonly family: number;
  readonly places: ContextPlaces;
  readonly ids: readonly number[];
  readonly paths: readonly (readonly [string, string | null])[];
  readonly from: string;
  readonly why: Why;
  readonly malformed: Why;
}

export interface CompiledFailure {
  readonly places: FailurePlaces;
  readonly title: string;
  readonly ids: readonly number[];
  readonly why: Why;
}

/** The table made quick: names are numbers, each field has its places in order of trust. Made once; its scratch arrays are reused per record. */
export interface Rules {
  readonly families: readonly Family[];
  readonly headerIds: ReadonlyMap<string, number>;
  readonly propertyIds: ReadonlyMap<string, number>;
  readonly places: Readonly<Record<Field, readonly Candidate[]>>;
  /** Families found by headers, with the name numbers of which one must be there. */
  readonly byHeader: readonly { readonly family: number; readonly ids: readonly number[] }[];
  readonly byBody: readonly number[];
  readonly always: readonly number[];
  readonly headerContexts: readonly CompiledContext[];
  readonly bodyContexts: readonly CompiledContext[];
  readonly failures: Readonly<Record<BrokerSystem, readonly CompiledFailure[]>>;
  readonly serviceNames: ReadonlyMap<string, ServiceName>;
  readonly inflate: Inflate | null;
  /** Index of the last header of each known name, −1 = absent. */
  readonly last: Int32Array;
  readonly detected: Uint8Array;
  /** Reasons found so far of the record in hand, and those of the record before. */
  readonly why: Why[];
  lastWhy: readonly Why[];
}

export function compileRules(options: RuleOptions = {}): Rules {
  const own = options.own ?? [];
  const families = own.length === 0 ? (options.families ?? FAMILIES) : [ownFamily(own), ...(options.families ?? FAMILIES)];
  const headerIds = new Map<string, number>();
  const propertyIds = new Map<string, number>();
  let next = 0;
  const numberOf = (names: Map<string, number>, name: string): number => {
    const id = names.get(name) ?? next++;
    names.set(name, id);
    return id;
  };
  const places = Object.fromEntries(FIELDS.map((field) => [field, [] as Candidate[]])) as Record<Field, Candidate[]>;
  const byHeader: { family: number; ids: number[] }[] = [];
  const byBody: number[] = [];
  const always: number[] = [];
  const contexts: CompiledContext[] = [];
  const failures: CompiledFailure[] = [];

  families.forEach((family, index) => {
    if (family.detect === 'always') always.push(index);
    else if ('headers' in family.detect)
      byHeader.push({ family: index, ids: family.detect.headers.map((name) => numberOf(headerIds, name)) });
    else byBody.push(index);
    for (const field of FIELDS) {
      for (const name of family.headers?.[field] ?? [])
        places[field].push({
          family: index,
          kind: HEADER,
          id: numberOf(headerIds, name),
          first: name,
          second: null,
          why: why(field, `header ${name} (${family.title})`),
        });
      for (const name of family.properties?.[field] ?? [])
        places[field].push({
          family: index,
          kind: PROPERTY,
          id: numberOf(propertyIds, name),
          first: name,
          second: null,
          why: why(field, `property ${name} (${family.title})`),
        });
      for (const path of family.body?.[field] ?? []) {
        const [first, second] = twoLevels(path);
        places[field].push({ family: index, kind: BODY, id: -1, first, second, why: why(field, `body ${path} (${family.title})`) });
      }
    }
    for (const context of family.contexts ?? []) {
      const from = `${context.in === 'headers' ? 'header' : 'body'} ${context.from[0]}`;
      contexts.push({
        family: index,
        places: context,
        ids: context.in === 'headers' ? context.from.map((name) => numberOf(headerIds, name)) : [],
        paths: context.in === 'body' ? context.from.map(twoLevels) : [],
        from: context.from[0] as string,
        why: why('traceId', `${from} (${family.title}${context.origin === true ? ', where it was first made' : ''})`),
        malformed: why('traceId', `${from} is malformed and was passed over (${family.title})`),
      });
    }
    if (family.failure !== undefined)
      failures.push({
        places: family.failure,
        title: family.title,
        ids: family.failure.detect.map((name) => numberOf(headerIds, name)),
        why: why('failure', `headers of ${family.title}`),
      });
  });

  const failuresOf = (system: BrokerSystem): CompiledFailure[] =>
    failures.filter(({ places: { systems } }) => systems === undefined || systems.includes(system));
  return {
    families,
    headerIds,
    propertyIds,
    places,
    byHeader,
    byBody,
    always,
    headerContexts: contexts.filter(({ ids }) => ids.length > 0),
    bodyContexts: contexts.filter(({ paths }) => paths.length > 0),
    failures: { kafka: failuresOf('kafka'), rabbitmq: failuresOf('rabbitmq') },
    serviceNames: new Map(Object.entries(options.serviceNames ?? {})),
    inflate: options.inflate ?? null,
    last: new Int32Array(next),
    detected: new Uint8Array(families.length),
    why: [],
    lastWhy: [],
  };
}

/** `retries` is how `attempt` is said by some. */
const why = (field: string, from: string): Why => Object.freeze({ field: field === 'retries' ? 'attempt' : field, from });

function twoLevels(path: string): readonly [string, string | null] {
  const dot = path.indexOf('.');
  return dot < 0 ? [path, null] : [path.slice(0, dot), path.slice(dot + 1)];
}

function ownFamily(own: readonly OwnRule[]): Family {
  const of = (place: 'header' | 'property' | 'path'): Partial<Record<Field, string[]>> => {
    const found: Partial<Record<Field, string[]>> = {};
    for (const rule of own) {
      const name = rule[place];
      if (name !== undefined) (found[rule.field] ??= []).push(place === 'header' ? name.toLowerCase() : name);
    }
    return found;
  };
  return {
    name: 'own-rules',
    title: 'your own rule',
    framework: false,
    detect: 'always',
    headers: of('header'),
    properties: of('property'),
    body: of('path'),
  };
}
