import type { Conditions, Family, Field, FieldPlaces, KeyPlace, ValueCondition } from './table';

/** Where a user says a field stands: exactly one of them. */
export interface OwnPlace {
  readonly header?: string | undefined;
  readonly property?: string | undefined;
  /** Into the JSON body: `meta.kind`, `lines.0.sku`. */
  readonly path?: string | undefined;
  readonly record?: 'key' | 'channel' | undefined;
  /** Just this text: what no message says, such as who alone writes to a channel. */
  readonly value?: string | undefined;
}

/** That something is there, or that it is just this text. */
export interface OwnTest extends Pick<OwnPlace, 'header' | 'property' | 'path'> {
  readonly is?: string | undefined;
}

/** A user's own rule; all rules come before all families, in the order they are written. docs/recognition.md shows them in YAML. */
export interface OwnRule {
  readonly name: string;
  /** All of these must hold; without them the rule is for every record. */
  readonly when?: { readonly channel?: string | undefined; readonly all?: readonly OwnTest[] | undefined } | undefined;
  readonly take: Readonly<Partial<Record<OwnField, OwnPlace>>>;
  /** Business keys: name → place. */
  readonly keys?: Readonly<Record<string, OwnPlace>> | undefined;
}

/** What a user may take: every field, and the three ids of a trace context. */
export type OwnField = Field | 'traceId' | 'spanId' | 'parentSpanId';

export function toFamily(rule: OwnRule): Family {
  const { traceId, spanId, parentSpanId, ...fields } = rule.take;
  const of = (place: 'header' | 'property' | 'path'): FieldPlaces =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([field, at]) => {
        const name = at?.[place];
        return name === undefined ? [] : [[field, [place === 'header' ? name.toLowerCase() : name]]];
      }),
    );
  const record = Object.fromEntries(
    Object.entries(fields).flatMap(([field, at]) => (at?.record === undefined ? [] : [[field, at.record]])),
  );
  const constant = Object.fromEntries(
    Object.entries(fields).flatMap(([field, at]) => (at?.value === undefined ? [] : [[field, at.value]])),
  );
  return {
    name: `own:${rule.name}`,
    title: `your rule “${rule.name}”`,
    framework: false,
    detect: rule.when === undefined ? 'always' : toConditions(rule.when),
    headers: of('header'),
    properties: of('property'),
    body: of('path'),
    record,
    constant,
    keys: Object.entries(rule.keys ?? {}).map(([name, at]) => toKeyPlace(name, at)),
    contexts: traceId === undefined ? [] : ownContext(traceId, spanId, parentSpanId),
  };
}

function toKeyPlace(name: string, { header, property, path, record, value }: OwnPlace): KeyPlace {
  return {
    name,
    ...(header === undefined ? {} : { header: header.toLowerCase() }),
    ...(property === undefined ? {} : { property }),
    ...(path === undefined ? {} : { path }),
    ...(record === undefined ? {} : { record }),
    ...(value === undefined ? {} : { value }),
  };
}

function toConditions({ channel, all = [] }: NonNullable<OwnRule['when']>): Conditions {
  const value = all.flatMap(({ header, property, path, is }): ValueCondition[] => {
    const holds = (text: string): boolean => is === undefined || text === is;
    if (header !== undefined) return [{ at: { header: header.toLowerCase() }, holds }];
    if (property !== undefined) return [{ at: { property }, holds }];
    return path === undefined ? [] : [{ at: { path }, holds }];
  });
  return { ...(channel === undefined ? {} : { channel }), ...(value.length === 0 ? {} : { value }) };
}

function ownContext(...places: readonly (OwnPlace | undefined)[]): NonNullable<Family['contexts']> {
  const [trace] = places;
  const inBody = trace?.path !== undefined;
  // A context is read from headers or from the body: a span that stands in the other one is left out.
  const from = places.map((place) => (inBody ? place?.path : place?.header?.toLowerCase()) ?? '');
  if (from[0] === '') return [];
  return [
    {
      system: 'ids',
      in: inBody ? 'body' : 'headers',
      from,
      read: ([traceId, spanId, parentSpanId]) =>
        traceId === null || traceId === undefined || traceId === ''
          ? 'malformed'
          : { traceId, spanId: spanId ?? null, parentSpanId: parentSpanId ?? null, sampled: null },
    },
  ];
}
