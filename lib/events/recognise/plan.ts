import { matcherOf } from '@/lib/topology/name-pattern';
import type { BrokerSystem } from '@/lib/events/names';
import type { Candidate, CompiledConditions, CompiledContext, CompiledFailure, CompiledFamily, Guard, KeyCandidate } from './compiled';
import { FIELDS, type Conditions, type Field } from './table';

/**
 * What to look at in records of one shape. A shape is which known names are there: headers, properties, members of the body, the kind of
 * channel. Events of one type have one shape, so the table is gone through once per shape, and an event costs what it says, not what could
 * have been said: recognition does not get slower by a further framework (plan.test.ts).
 */
export interface Plan {
  /** Only fields of which something is there, each with its places in order of trust. */
  readonly fields: readonly { readonly field: number; readonly places: readonly Candidate[] }[];
  /** Those of the guards that content type and encoding depend on. */
  readonly headGuards: readonly Guard[];
  readonly contentType: readonly Candidate[];
  readonly contentEncoding: readonly Candidate[];
  readonly clock: readonly Candidate[];
  /** Conditions on values, to be looked at in each record. */
  readonly guards: readonly Guard[];
  readonly frameworks: readonly { readonly family: number; readonly name: string }[];
  readonly headerContexts: readonly CompiledContext[];
  readonly bodyContexts: readonly CompiledContext[];
  readonly failures: Readonly<Record<BrokerSystem, readonly CompiledFailure[]>>;
  readonly keysIn: readonly string[];
  readonly keys: readonly KeyCandidate[];
}

/** The tree of shapes: from the root, one step per known name in the order of the record. An edge is found by the name itself. */
export interface ShapeNode {
  readonly headers: Map<string, Edge>;
  readonly properties: Map<string, Edge>;
  readonly members: Map<string, Edge>;
  /** What is no name: the kind of a channel, that there is an object, a schema. */
  readonly marks: Map<number, ShapeNode>;
  readonly parent: ShapeNode | null;
  readonly step: number;
  plan: Plan | null;
}

/** `step` −1: nobody knows that name, and the shape stays what it is. */
export interface Edge {
  readonly step: number;
  readonly to: ShapeNode;
}

/** Shapes are the senders': beyond so many edges the tree is begun anew. */
const MAX_EDGES = 50_000;
const MAX_NAME = 128;

export class Shapes {
  root: ShapeNode = newNode(null, -1);
  private edges = 0;

  /** A name that this node has not seen: `steps` knows what it stands for. */
  learn(from: ShapeNode, edges: Map<string, Edge>, name: string, step: number): Edge {
    const edge = { step, to: step < 0 ? from : newNode(from, step) };
    if (name.length <= MAX_NAME && this.hasRoom()) edges.set(name, edge);
    return edge;
  }

  mark(from: ShapeNode, step: number): ShapeNode {
    const known = from.marks.get(step);
    if (known !== undefined) return known;
    const made = newNode(from, step);
    if (this.hasRoom()) from.marks.set(step, made);
    return made;
  }

  private hasRoom(): boolean {
    if (++this.edges <= MAX_EDGES) return true;
    this.root = newNode(null, -1);
    this.edges = 0;
    return false;
  }
}

const newNode = (parent: ShapeNode | null, step: number): ShapeNode => ({
  headers: new Map(),
  properties: new Map(),
  members: new Map(),
  marks: new Map(),
  parent,
  step,
  plan: null,
});

export function planOf(node: ShapeNode, families: readonly CompiledFamily[]): Plan {
  return (node.plan ??= makePlan(node, families));
}

/** Read before or after the others. */
const APART: ReadonlySet<Field> = new Set(['contentType', 'contentEncoding', 'publishedAt']);

function makePlan(node: ShapeNode, families: readonly CompiledFamily[]): Plan {
  const there = new Set<number>();
  for (let at: ShapeNode | null = node; at !== null; at = at.parent) there.add(at.step);
  const noticed = families.filter((family) => isNoticed(family, there));
  const present = ({ step }: { readonly step: number }): boolean => step < 0 || there.has(step);
  const contexts = noticed.flatMap((family) => family.contexts).filter(present);
  const failures = noticed.flatMap(({ failure }) =>
    failure !== null && [...failure.steps, ...failure.bodySteps].some((step) => there.has(step)) ? [failure] : [],
  );
  const failuresOf = (system: BrokerSystem) =>
    failures.filter(({ places: { systems } }) => systems === undefined || systems.includes(system));
  const placesOf = (field: Field): readonly Candidate[] =>
    noticed.flatMap((family) => (family.places[FIELDS.indexOf(field)] as readonly Candidate[]).filter(present));
  const contentType = placesOf('contentType');
  const contentEncoding = placesOf('contentEncoding');
  const guards = noticed.flatMap((family) => family.guards);
  return {
    fields: FIELDS.flatMap((name, field) => {
      if (APART.has(name)) return [];
      const places = placesOf(name);
      return places.length === 0 ? [] : [{ field, places }];
    }),
    contentType,
    contentEncoding,
    headGuards: guards.filter((guard) => [...contentType, ...contentEncoding].some(({ family }) => family === guard.family)),
    clock: placesOf('publishedAt'),
    guards,
    frameworks: noticed.flatMap(({ index, family }) => (family.framework ? [{ family: index, name: family.name }] : [])),
    headerContexts: contexts.filter(({ places }) => places.in === 'headers'),
    bodyContexts: contexts.filter(({ places }) => places.in === 'body'),
    failures: { kafka: failuresOf('kafka'), rabbitmq: failuresOf('rabbitmq') },
    keysIn: noticed.flatMap(({ family }) => family.keysIn ?? []),
    keys: noticed.flatMap((family) => family.keys.filter(present)),
  };
}

function isNoticed({ conditions }: CompiledFamily, there: ReadonlySet<number>): boolean {
  const { any, all, none, oneOf } = conditions;
  return (
    all.every((step) => there.has(step)) &&
    !none.some((step) => there.has(step)) &&
    (any.length === 0 || any.some((step) => there.has(step))) &&
    (oneOf.length === 0 || oneOf.some((step) => there.has(step)))
  );
}

/** Which channel patterns a name fits; remembered, in a bounded way. */
export class ChannelKinds {
  private readonly known = new Map<string, readonly number[]>();
  private readonly patterns: { readonly step: number; readonly fits: (name: string) => boolean }[] = [];

  add(pattern: string, step: number): void {
    this.patterns.push({ step, fits: matcherOf([pattern]) });
  }

  of(channel: string): readonly number[] {
    const before = this.known.get(channel);
    if (before !== undefined) return before;
    const steps = this.patterns.flatMap(({ step, fits }) => (fits(channel) ? [step] : []));
    if (this.known.size > 10_000) this.known.clear();
    this.known.set(channel, steps);
    return steps;
  }
}

/** Steps of all names in the conditions; what is asked of values becomes guards elsewhere. */
export function compileConditions(
  { headers = [], allHeaders = [], noHeaders = [], body = {}, channel, schema }: Conditions,
  steps: {
    readonly header: (name: string) => number;
    readonly member: (path: string) => number;
    readonly channel: (pattern: string) => number;
    readonly object: number;
    readonly schema: number;
  },
  asksBody: boolean,
  guarded: readonly number[],
): CompiledConditions {
  return {
    any: headers.map(steps.header),
    all: [
      ...allHeaders.map(steps.header),
      ...(body.all ?? []).map(steps.member),
      ...(asksBody ? [steps.object] : []),
      ...(channel === undefined ? [] : [steps.channel(channel)]),
      ...(schema === true ? [steps.schema] : []),
      ...guarded,
    ],
    none: [...noHeaders.map(steps.header), ...(body.none ?? []).map(steps.member)],
    oneOf: (body.oneOf ?? []).map(steps.member),
  };
}
