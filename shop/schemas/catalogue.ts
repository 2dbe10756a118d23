import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Every event of the shop as a file: `<event type>/<SemVer>.<json | avsc | proto>` is the schema and `<SemVer>.sample.json` an event's data as
 * its publisher sends it. A file is never changed once it was published: a change is a new version, and a change that breaks readers a new
 * major, which is a subject of its own.
 */
export interface SchemaFile {
  readonly type: string;
  readonly version: string;
  readonly language: SchemaLanguage;
  /** `order.placed.v1.json`: one subject per event type, major version and language, so that BACKWARD holds within a major. */
  readonly subject: string;
  /** Name of the record or message inside: `InventoryReserved`. */
  readonly record: string;
  readonly text: string;
}

export type SchemaLanguage = 'JSON' | 'AVRO' | 'PROTOBUF';

const LANGUAGES: Readonly<Record<string, SchemaLanguage>> = { json: 'JSON', avsc: 'AVRO', proto: 'PROTOBUF' };

export const SCHEMAS_FOLDER = fileURLToPath(new URL('events', import.meta.url));

/** Aggregate + past participle on the wire and in a schema: `order.placed` is `OrderPlaced`. */
export const recordName = (type: string): string =>
  type
    .split(/[.-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

export function readCatalogue(folder: string = SCHEMAS_FOLDER): readonly SchemaFile[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: type }) =>
      readdirSync(`${folder}/${type}`)
        .filter((file) => !file.endsWith('.sample.json'))
        .map((file): SchemaFile => {
          const [, version = '', extension = ''] = /^(\d+\.\d+\.\d+)\.(json|avsc|proto)$/.exec(file) ?? [];
          const language = LANGUAGES[extension];
          if (language === undefined) throw new Error(`${type}/${file} is not <version>.<json | avsc | proto>`);
          const text = readFileSync(`${folder}/${type}/${file}`, 'utf8');
          return {
            type,
            version,
            language,
            subject: `${type}.v${version.split('.')[0]}.${language.toLowerCase()}`,
            record: recordName(type),
            text,
          };
        }),
    );
}
