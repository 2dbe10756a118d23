import { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { SchemaRef } from '@/lib/events/schema-ref';
import type { RegisteredSchema, SchemaReference, SchemaRegistry } from '../schema-registry';
import { loadByGlobalId } from './apicurio';

export interface ConfluentSettings {
  /** The API's root: Confluent's own, or Apicurio's `…/apis/ccompat/v7`. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly idBytes?: 4 | 8 | undefined;
  readonly ids?: 'content' | 'global' | undefined;
  /** For tests. */
  readonly timeoutMs?: number | undefined;
  readonly failedForMs?: number | undefined;
  readonly mostSchemas?: number | undefined;
  readonly clock?: (() => number) | undefined;
}

const TIMEOUT_MS = 3_000;
/** A failure is not asked again for so long: a registry that is gone must not be asked for every record. */
const FAILED_FOR_MS = 30_000;
const MOST_SCHEMAS = 1_000;
const MOST_BYTES = 1024 * 1024;
const MOST_REFERENCES = 50;

const references = z.array(z.object({ name: z.string(), subject: z.string(), version: z.number() })).default([]);
const schemaAnswer = z.object({ schema: z.string(), schemaType: z.enum(['AVRO', 'PROTOBUF', 'JSON']).default('AVRO'), references });
const idsAnswer = z.array(z.object({ id: z.number() }));
const versionsAnswer = z.array(z.object({ subject: z.string(), version: z.number() }));
type Reference = z.output<typeof references>[number];

/** The end of Apicurio's compatible root. */
const COMPATIBLE = /\/apis\/ccompat\/v\d+$/;

interface Kept {
  readonly answer: Promise<RegisteredSchema>;
  failedAt: number | null;
}

/** A registry with Confluent's REST interface (Confluent, Apicurio, Redpanda, Karapace). [G62] [G63] [G64] */
export function openConfluentRegistry(settings: ConfluentSettings): SchemaRegistry {
  const { timeoutMs = TIMEOUT_MS, failedForMs = FAILED_FOR_MS, mostSchemas = MOST_SCHEMAS, clock = Date.now } = settings;
  const root = settings.url.replace(/\/+$/, '');
  const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json, application/json, */*;q=0.1' };
  if (settings.user !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${settings.user}:${settings.password ?? ''}`).toString('base64')}`;
  const known = new Map<string, Kept>();

  const ask = async (path: string): Promise<unknown> => JSON.parse(await textAt(root + path)) as unknown;

  async function textAt(url: string): Promise<string> {
    let response: Response;
    try {
      response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    } catch (error) {
      throw new AppError('registry-unreachable', 'the schema registry does not answer', { retryable: true, cause: error });
    }
    if (response.status === 404) throw new AppError('schema-unknown', 'the schema registry does not have it');
    if (response.status === 401 || response.status === 403)
      throw new AppError('registry-auth', 'the schema registry refuses us', { cure: 'check user and password of schemaRegistry' });
    if (!response.ok) throw new AppError('registry-unreachable', `the schema registry answers ${response.status}`, { retryable: true });
    return limitedText(response);
  }

  async function load(ref: SchemaRef): Promise<RegisteredSchema> {
    if (ref.by === 'global-id') return loadApicurio(ref.id);
    const path = ref.by === 'guid' ? `/schemas/guids/${ref.guid}` : `/schemas/ids/${ref.id}`;
    const answer = parse(schemaAnswer, await ask(path));
    const id = ref.by === 'guid' ? ((await askFor(idsAnswer, `${path}/ids`))[0]?.id ?? null) : ref.id;
    const versions = id === null ? [] : await askFor(versionsAnswer, `/schemas/ids/${id}/versions?deleted=true`);
    const newest = versions.toSorted((a, b) => b.version - a.version)[0];
    return {
      id,
      type: answer.schemaType,
      text: answer.schema,
      subject: newest?.subject ?? null,
      version: newest?.version ?? null,
      references: await loadReferences(answer.references),
    };
  }

  /** What is only nice to know: nothing where it is not told. */
  const askFor = <T>(list: z.ZodType<readonly T[]>, path: string): Promise<readonly T[]> =>
    ask(path).then(
      (said) => list.safeParse(said).data ?? [],
      () => [],
    );

  async function loadApicurio(id: number): Promise<RegisteredSchema> {
    if (!COMPATIBLE.test(root)) throw new AppError('schema-unknown', 'only Apicurio knows a globalId, and this registry is another');
    return loadByGlobalId(id, { root: root.replace(COMPATIBLE, '/apis/registry/v2'), mostReferences: MOST_REFERENCES, text: textAt });
  }

  /** What is referred to before what refers: depth first, each once. */
  async function loadReferences(
    wanted: readonly Reference[],
    found = new Map<string, SchemaReference>(),
  ): Promise<readonly SchemaReference[]> {
    for (const { name, subject, version } of wanted) {
      if (found.has(name)) continue;
      if (found.size >= MOST_REFERENCES) throw new AppError('registry-protocol', `a schema refers to more than ${MOST_REFERENCES} others`);
      // Its place is taken before its own references are looked at: a circle ends here.
      found.set(name, { name, text: '' });
      const answer = parse(schemaAnswer, await ask(`/subjects/${encodeURIComponent(subject)}/versions/${version}?deleted=true`));
      await loadReferences(answer.references, found);
      found.delete(name);
      found.set(name, { name, text: answer.schema });
    }
    return [...found.values()];
  }

  return {
    idBytes: settings.idBytes ?? 4,
    ids: settings.ids ?? 'content',
    schema(ref) {
      const name = ref.by === 'guid' ? ref.guid : ref.by === 'global-id' ? `global ${ref.id}` : String(ref.id);
      const before = known.get(name);
      if (before !== undefined && (before.failedAt === null || clock() - before.failedAt < failedForMs)) return before.answer;
      if (known.size >= mostSchemas) known.delete(known.keys().next().value as string);
      const kept: Kept = { answer: load(ref), failedAt: null };
      known.delete(name);
      known.set(name, kept);
      kept.answer.catch(() => (kept.failedAt = clock()));
      return kept.answer;
    },
  };
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > MOST_BYTES) throw new AppError('registry-protocol', 'the schema registry answers more than 1 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError('registry-protocol', 'the schema registry answers something else than a schema');
  return parsed.data;
}
