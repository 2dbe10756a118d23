import { z } from 'zod';
import type { OwnRule, OwnTest } from '@/lib/events/recognise/own-rules';
import { FIELDS } from '@/lib/events/recognise/table';

/** `$.lines[0].sku` and `lines.0.sku` are the same. */
const path = z
  .string()
  .min(1)
  .transform((text) => text.replace(/^\$\.?/, '').replace(/\[(\d+)\]/g, '.$1'));

const place = z
  .strictObject({
    header: z.string().min(1).optional(),
    property: z.string().min(1).optional(),
    path: path.optional(),
    record: z.enum(['key', 'channel']).optional(),
    value: z.string().min(1).max(200).optional(),
  })
  .refine(
    (one) => Object.values(one).filter((given) => given !== undefined).length === 1,
    'exactly one of header:, property:, path:, record: or value: is expected',
  );

/** `x-legacy` = it is there; `{ name: x-legacy, is: "2" }` = it says just this. */
const named = z.union([z.string().min(1), z.strictObject({ name: z.string().min(1), is: z.string() })]);
const pathTest = z.union([path, z.strictObject({ path, is: z.string() })]);

const when = z
  .strictObject({ channel: z.string().min(1).optional(), header: named.optional(), property: named.optional(), path: pathTest.optional() })
  .transform(({ channel, header, property, path: inBody }) => {
    const all: OwnTest[] = [];
    if (header !== undefined) all.push(typeof header === 'string' ? { header } : { header: header.name, is: header.is });
    if (property !== undefined) all.push(typeof property === 'string' ? { property } : { property: property.name, is: property.is });
    if (inBody !== undefined) all.push(typeof inBody === 'string' ? { path: inBody } : inBody);
    return { channel, all };
  });

const OWN_FIELDS = [...FIELDS, 'traceId', 'spanId', 'parentSpanId'] as const;

const rule = z
  .strictObject({
    name: z.string().min(1).max(60),
    when: when.optional(),
    take: z.partialRecord(z.enum(OWN_FIELDS), place).default({}),
    keys: z.record(z.string().min(1).max(60), place).default({}),
  })
  .refine(
    ({ take: { traceId, spanId, parentSpanId } }) => [traceId, spanId, parentSpanId].every((id) => id?.value === undefined),
    'a trace has no constant id: traceId, spanId and parentSpanId are taken from a header: or a path:',
  )
  .refine((one) => Object.keys(one.take).length + Object.keys(one.keys).length > 0, 'a rule takes something: take: or keys: is expected');

/** A user's own rules of recognition, in the order of trust. */
export const recognitionSchema = z.strictObject({ rules: z.array(rule).default([]) }).prefault({});

/** The rules as recognition takes them. */
export const ownRules = (config: { readonly recognition: z.output<typeof recognitionSchema> }): readonly OwnRule[] =>
  config.recognition.rules;
