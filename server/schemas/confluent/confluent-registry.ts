import { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { RegisteredSchema, SchemaReference, SchemaRegistry } from '../schema-registry';

export interface ConfluentSettings {
  /** The API's root: Confluent's own, or Apicurio's `…/apis/ccompat/v7`. */
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly idBytes?: 4 | 8 | undefined;
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
const versionsAnswer = z.array(z.object({ subject: z.string(), version: z.number() }));
type Reference = z.output<typeof references>[number];

interface Kept {
  readonly answer: Promise<RegisteredSchema>;
  failedAt: number | null;
}

/** A registry with Confluent's REST interface (Confluent, Apicurio, Redpanda, Karapace). [G62] [G63] [G64] */
export function openConfluentRegistry(settings: ConfluentSettings): SchemaRegistry {
  const { timeoutMs = TIMEOUT_MS, failedForMs = FAILED_FOR_MS, mostSchemas = MOST_SCHEMAS, clock = Date.now } = settings;
  const root = settings.url.replace(/\/+$/, '');
  const headers: Record<string, string> = { accept: 'application/vnd.schemaregistry.v1+json, application/json' };
  if (settings.user !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${settings.user}:${settings.password ?? ''}`).toString('base64')}`;
  const known = new Map<number, Kept>();

  async function ask(path: string): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(root + path, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    } catch (error) {
      throw new AppError('registry-unreachable', 'the schema registry does not answer', { retryable: true, cause: error });
    }
    if (response.status === 404) throw new AppError('schema-unknown', 'the schema registry does not have it');
    if (response.status === 401 || response.status === 403)
      throw new AppError('registry-auth', 'the schema registry refuses us', { cure: 'check user and password of schemaRegistry' });
    if (!response.ok) throw new AppError('registry-unreachable', `the schema registry answers ${response.status}`, { retryable: true });
    return JSON.parse(await limitedText(response)) as unknown;
  }

  async function load(id: number): Promise<RegisteredSchema> {
    const answer = parse(schemaAnswer, await ask(`/schemas/ids/${id}`));
    const versions = await ask(`/schemas/ids/${id}/versions?deleted=true`).then(
      (said) => versionsAnswer.safeParse(said).data ?? [],
      () => [],
    );
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
    schema(id) {
      const before = known.get(id);
      if (before !== undefined && (before.failedAt === null || clock() - before.failedAt < failedForMs)) return before.answer;
      if (known.size >= mostSchemas) known.delete(known.keys().next().value as number);
      const kept: Kept = { answer: load(id), failedAt: null };
      known.delete(id);
      known.set(id, kept);
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
