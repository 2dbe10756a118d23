import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HttpError } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { Registry } from './registry';
import type { StoredSchema } from './schema-store';

/** The subset of Confluent's REST interface that clients use; errors have its codes. */
export function registryRoutes(app: FastifyInstance, registry: Registry): void {
  // Clients name their own media type.
  app.addContentTypeParser(/^application\/vnd\.schemaregistry/, { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body as string));
    } catch {
      done(new HttpError(400, 'the body is not JSON', { path: '' }));
    }
  });
  app.addHook('onSend', async (_, reply) => void reply.type('application/vnd.schemaregistry.v1+json'));

  readRoutes(app, registry);
  writeRoutes(app, registry);
  configRoutes(app, registry);
}

const Subject = z.object({ subject: z.string() });
const Version = Subject.extend({ version: z.string() });
const CandidateBody = z.object({
  schema: z.string(),
  schemaType: z.enum(['AVRO', 'PROTOBUF', 'JSON']).default('AVRO'),
  references: z.array(z.object({ name: z.string(), subject: z.string(), version: z.number() })).default([]),
});
const LEVELS = ['NONE', 'BACKWARD'] as const;

const failed = (status: number, code: number, message: string): HttpError => new HttpError(status, message, { error_code: code, message });
const withDeleted = (query: unknown): boolean => (query as { deleted?: string } | undefined)?.deleted === 'true';
const noSubject = (subject: string): HttpError => failed(404, 40401, `Subject '${subject}' not found.`);

function versionOf(registry: Registry, params: unknown, query?: unknown): StoredSchema {
  const { subject, version } = parse(Version, params);
  const deleted = withDeleted(query);
  if (registry.store.versions(subject, deleted).length === 0) throw noSubject(subject);
  const schema = registry.version(subject, version, deleted);
  if (schema === undefined) throw failed(404, 40402, `Version ${version} not found.`);
  return schema;
}

const told = (schema: StoredSchema) => ({
  subject: schema.subject,
  version: schema.version,
  id: schema.id,
  schema: schema.text,
  ...(schema.language === 'AVRO' ? {} : { schemaType: schema.language }),
  ...(schema.references.length === 0 ? {} : { references: schema.references }),
});

function readRoutes(app: FastifyInstance, registry: Registry): void {
  app.get('/subjects', async ({ query }) => registry.store.subjects(withDeleted(query)));
  app.get('/schemas/types', async () => ['JSON', 'PROTOBUF', 'AVRO']);
  app.get('/schemas/ids/:id', async ({ params }) => {
    const { id } = parse(z.object({ id: z.coerce.number().int() }), params);
    const schema = registry.store.byId(id);
    if (schema === undefined) throw failed(404, 40403, `Schema ${id} not found`);
    const { schema: text, schemaType, references } = told(schema) as { schema: string; schemaType?: string; references?: unknown };
    return { schema: text, schemaType, references };
  });
  app.get('/schemas/ids/:id/versions', async ({ params, query }) =>
    registry.store.subjectsOf(parse(z.object({ id: z.coerce.number().int() }), params).id, withDeleted(query)),
  );
  app.get('/subjects/:subject/versions', async ({ params, query }) => {
    const { subject } = parse(Subject, params);
    const versions = registry.store.versions(subject, withDeleted(query));
    if (versions.length === 0) throw noSubject(subject);
    return versions.map(({ version }) => version);
  });
  app.get('/subjects/:subject/versions/:version', async ({ params, query }) => told(versionOf(registry, params, query)));
  app.get('/subjects/:subject/versions/:version/schema', async ({ params }, reply) =>
    reply.type('application/json').send(versionOf(registry, params).text),
  );
}

function writeRoutes(app: FastifyInstance, registry: Registry): void {
  app.post('/subjects/:subject/versions', async ({ params, body }) => {
    const { subject } = parse(Subject, params);
    const registered = registry.register(subject, parse(CandidateBody, body));
    if (registered.outcome === 'invalid') throw failed(422, 42201, `Invalid schema: ${registered.message}`);
    if (registered.outcome === 'incompatible')
      throw failed(
        409,
        409,
        `Schema being registered is incompatible with an earlier schema for subject "${subject}": ${registered.messages.join('; ')}`,
      );
    return { id: registered.schema.id };
  });
  app.post('/subjects/:subject', async ({ params, body }) => {
    const { subject } = parse(Subject, params);
    if (registry.store.versions(subject).length === 0) throw noSubject(subject);
    const schema = registry.find(subject, parse(CandidateBody, body));
    if (schema === undefined) throw failed(404, 40403, 'Schema not found');
    return told(schema);
  });
  app.post('/compatibility/subjects/:subject/versions/:version', async ({ params, body }) => {
    const previous = versionOf(registry, params);
    const messages = registry.check(previous.subject, parse(CandidateBody, body), previous);
    return { is_compatible: messages.length === 0, messages };
  });
  app.delete('/subjects/:subject', async ({ params }) => {
    const { subject } = parse(Subject, params);
    const gone = registry.store.delete(subject);
    if (gone.length === 0) throw noSubject(subject);
    return gone;
  });
  app.delete('/subjects/:subject/versions/:version', async ({ params }) => {
    const { subject, version } = versionOf(registry, params);
    registry.store.delete(subject, version);
    return version;
  });
}

function configRoutes(app: FastifyInstance, registry: Registry): void {
  const Level = z.object({ compatibility: z.enum(LEVELS) });
  app.get('/config', async () => ({ compatibilityLevel: registry.level('') }));
  app.put('/config', async ({ body }) => {
    const { compatibility } = parse(Level, body);
    registry.store.setLevel('', compatibility);
    return { compatibility };
  });
  app.get('/config/:subject', async ({ params }) => {
    const { subject } = parse(Subject, params);
    const level = registry.store.level(subject);
    if (level === undefined) throw failed(404, 40408, `Subject '${subject}' does not have subject-level compatibility configured`);
    return { compatibilityLevel: level };
  });
  app.put('/config/:subject', async ({ params, body }) => {
    const { subject } = parse(Subject, params);
    const { compatibility } = parse(Level, body);
    registry.store.setLevel(subject, compatibility);
    return { compatibility };
  });
}
