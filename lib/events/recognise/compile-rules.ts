import type { ServiceName } from '@/lib/events/names';
import type { Why } from '@/lib/events/observed-event';
import { FAMILIES } from './families';
import { toFamily, type OwnRule } from './own-rules';
import type { Inflate } from './parse-body';
import {
  BODY,
  CHANNEL,
  CONSTANT,
  HEADER,
  KEY,
  PROPERTY,
  type Candidate,
  type CompiledContext,
  type CompiledFailure,
  type CompiledFamily,
  type Guard,
  type KeyCandidate,
} from './compiled';
import { ChannelKinds, compileConditions, Shapes } from './plan';
import { Skim, type Latin1 } from './skim';
import {
  FIELDS,
  type BodyFailurePlace,
  type Conditions,
  type ContextPlaces,
  type FailurePlaces,
  type Family,
  type KeyPlace,
  type ValueCondition,
} from './table';

export interface RuleOptions {
  readonly own?: readonly OwnRule[];
  /** What a message calls its source → what a person calls it. */
  readonly serviceNames?: Readonly<Record<string, ServiceName>>;
  readonly inflate?: Inflate;
  /** Text of ASCII bytes, quicker than lib's own; `null`: bodies are always parsed whole (tests compare). */
  readonly latin1?: Latin1 | null;
  /** For tests of one family; all of them otherwise. */
  readonly families?: readonly Family[];
}

/** The table made quick: names are numbers, and what a shape of record needs is kept (plan.ts). Scratch arrays are reused per record. */
export interface Rules {
  readonly families: readonly CompiledFamily[];
  readonly headerSteps: ReadonlyMap<string, number>;
  readonly propertySteps: ReadonlyMap<string, number>;
  readonly memberSteps: ReadonlyMap<string, number>;
  readonly objectStep: number;
  readonly schemaStep: number;
  readonly channels: ChannelKinds;
  readonly shapes: Shapes;
  readonly serviceNames: ReadonlyMap<string, ServiceName>;
  readonly inflate: Inflate | null;
  readonly skim: Skim | null;
  /** Index of the last header of each known name, −1 = absent. */
  readonly last: Int32Array;
  /** Families of which a value condition does not hold in this record. */
  readonly blocked: Uint8Array;
  /** Texts found so far of the record in hand, by field; their reasons, and those of the record before. */
  readonly texts: (string | null)[];
  readonly why: Why[];
  lastWhy: readonly Why[];
  /** The kind of place that the text just taken stood at. */
  takenFrom: Candidate['kind'];
}

export function compileRules(options: RuleOptions = {}): Rules {
  const compiler = new Compiler();
  const families = [...(options.own ?? []).map(toFamily), ...(options.families ?? FAMILIES)].map((family, index) =>
    compiler.compile(family, index),
  );
  return {
    families,
    headerSteps: compiler.headers,
    propertySteps: compiler.properties,
    memberSteps: compiler.members,
    objectStep: compiler.objectStep,
    schemaStep: compiler.schemaStep,
    channels: compiler.channels,
    shapes: new Shapes(),
    serviceNames: new Map(Object.entries(options.serviceNames ?? {})),
    inflate: options.inflate ?? null,
    skim: options.latin1 === null ? null : new Skim(options.latin1),
    last: new Int32Array(compiler.count).fill(-1),
    blocked: new Uint8Array(families.length),
    texts: FIELDS.map(() => null),
    why: [],
    lastWhy: [],
    takenFrom: HEADER,
  };
}

class Compiler {
  readonly headers = new Map<string, number>();
  readonly properties = new Map<string, number>();
  readonly members = new Map<string, number>();
  readonly channels = new ChannelKinds();
  readonly objectStep = 0;
  readonly schemaStep = 1;
  count = 2;

  compile(family: Family, index: number): CompiledFamily {
    const conditions: Conditions = family.detect === 'always' ? {} : family.detect;
    const { value = [], body } = conditions;
    const nested = (body?.all ?? []).filter((path) => path.includes('.'));
    const guards = [
      ...nested.map((path): Guard => ({ family: index, at: this.inBody(family, index, '', path), holds: () => true, may: null })),
      ...value.map((one) => this.guard(family, index, one)),
    ];
    return {
      index,
      family,
      guards,
      conditions: compileConditions(
        conditions,
        {
          header: (name) => this.header(name),
          member: (path) => this.member(path),
          channel: (pattern) => this.channel(pattern),
          object: this.objectStep,
          schema: this.schemaStep,
        },
        body !== undefined,
        guards.flatMap(({ at }) => (at === null ? [] : [at.step])),
      ),
      places: FIELDS.map((field) => this.placesOf(family, index, field)),
      keys: (family.keys ?? []).map((key) => this.key(family, index, key)),
      contexts: (family.contexts ?? []).map((places) => this.context(family, index, places)),
      failure: family.failure === undefined ? null : this.failure(family, index, family.failure),
    };
  }

  private placesOf(family: Family, index: number, field: (typeof FIELDS)[number]): Candidate[] {
    const clean = family.clean?.[field] ?? null;
    const record = family.record?.[field];
    const constant = family.constant?.[field];
    return [
      ...(family.headers?.[field] ?? []).map((name) => this.inHeader(family, index, field, name, clean)),
      ...(family.properties?.[field] ?? []).map((name) => this.inProperty(family, index, field, name, clean)),
      ...(family.body?.[field] ?? []).map((path) => this.inBody(family, index, field, path, clean)),
      ...(record === undefined ? [] : [this.ofRecord(family, index, field, record, clean)]),
      ...(constant === undefined ? [] : [said(family, index, field, constant)]),
    ];
  }

  private inHeader({ title, binary }: Family, family: number, field: string, name: string, clean: Candidate['clean'] = null): Candidate {
    const from = `header ${name} (${title})`;
    return placed(family, HEADER, this.header(name), [name], binary?.[name] ?? null, clean, why(field, from));
  }

  private inProperty({ title }: Family, family: number, field: string, name: string, clean: Candidate['clean'] = null): Candidate {
    const from = `property ${name} (${title})`;
    return placed(family, PROPERTY, this.numberOf(this.properties, name), [name], null, clean, why(field, from));
  }

  private inBody({ title }: Family, family: number, field: string, path: string, clean: Candidate['clean'] = null): Candidate {
    return placed(family, BODY, this.member(path), path.split('.'), null, clean, why(field, `body ${path} (${title})`));
  }

  private ofRecord({ title }: Family, family: number, field: string, what: 'key' | 'channel', clean: Candidate['clean'] = null): Candidate {
    const from = `${what === 'key' ? 'the record’s key' : 'the channel’s name'} (${title})`;
    return placed(family, what === 'key' ? KEY : CHANNEL, -1, [], null, clean, why(field, from));
  }

  private key(family: Family, index: number, { name, header, property, path, record, value }: KeyPlace): KeyCandidate {
    const at =
      header !== undefined
        ? this.inHeader(family, index, name, header)
        : property !== undefined
          ? this.inProperty(family, index, name, property)
          : path !== undefined
            ? this.inBody(family, index, name, path)
            : value !== undefined
              ? said(family, index, name, value)
              : this.ofRecord(family, index, name, record ?? 'key');
    return { ...at, name, why: why('businessKeys', `${name} from ${at.why.from}`) };
  }

  private guard(family: Family, index: number, { at, holds, may }: ValueCondition): Guard {
    if (at === 'content-type') return { family: index, at: null, holds, may: null };
    const place =
      'header' in at
        ? this.inHeader(family, index, '', at.header)
        : 'property' in at
          ? this.inProperty(family, index, '', at.property)
          : this.inBody(family, index, '', at.path);
    return { family: index, at: place, holds, may: may ?? null };
  }

  private context(family: Family, index: number, places: ContextPlaces): CompiledContext {
    const inHeaders = places.in === 'headers';
    const at = places.from.map((name) => (inHeaders ? this.inHeader(family, index, '', name) : this.inBody(family, index, '', name)));
    const from = places.from[0] as string;
    const text = `${inHeaders ? 'header' : 'body'} ${from}`;
    return {
      family: index,
      places,
      step: (at[0] as Candidate).step,
      at,
      from,
      why: why('traceId', `${text} (${family.title}${places.origin === true ? ', where it was first made' : ''})`),
      malformed: why('traceId', `${text} is malformed and was passed over (${family.title})`),
    };
  }

  private failure(family: Family, index: number, places: FailurePlaces): CompiledFailure {
    const { inBody } = places;
    const at = (name: BodyFailurePlace): readonly Candidate[] => (inBody?.[name] ?? []).map((path) => this.inBody(family, index, '', path));
    return {
      family: index,
      places,
      steps: places.detect.map((name) => this.header(name)),
      bodySteps: (inBody?.message ?? []).map((path) => this.member(path)),
      inBody:
        inBody === undefined
          ? null
          : {
              cause: at('cause'),
              message: at('message'),
              stack: at('stack'),
              channel: at('channel'),
              group: at('group'),
              routingKey: at('routingKey'),
            },
      why: why('failure', `${places.detect.length > 0 ? 'headers' : 'body'} of ${family.title}`),
    };
  }

  private header(name: string): number {
    return this.numberOf(this.headers, name);
  }

  private member(path: string): number {
    const dot = path.indexOf('.');
    return this.numberOf(this.members, dot < 0 ? path : path.slice(0, dot));
  }

  private channel(pattern: string): number {
    const step = this.count++;
    this.channels.add(pattern, step);
    return step;
  }

  private numberOf(names: Map<string, number>, name: string): number {
    const id = names.get(name) ?? this.count++;
    names.set(name, id);
    return id;
  }
}

/** One literal, one hidden class: places are read for every event. */
function placed(
  family: number,
  kind: Candidate['kind'],
  step: number,
  [first = '', second, ...rest]: readonly string[],
  binary: Candidate['binary'],
  clean: Candidate['clean'],
  reason: Why,
): Candidate {
  return { family, kind, step, first, second: second ?? null, rest: rest.length === 0 ? null : rest, binary, clean, why: reason };
}

/** What a user's rule says by itself, whatever the record holds. */
const said = ({ title }: Family, family: number, field: string, text: string): Candidate =>
  placed(family, CONSTANT, -1, [text], null, null, why(field, `said by ${title}`));

/** `retries` is how `attempt` is said by some. */
const why = (field: string, from: string): Why => Object.freeze({ field: field === 'retries' ? 'attempt' : field, from });
