import type { SchemaLanguage } from '../../schemas/catalogue';
import { checkSchema, incompatibilities, type SchemaText } from './compatibility';
import type { Reference, SchemaStore, StoredSchema } from './schema-store';

export interface Candidate {
  readonly schema: string;
  readonly schemaType: SchemaLanguage;
  readonly references: readonly Reference[];
}

export type Registered =
  | { readonly outcome: 'registered'; readonly schema: StoredSchema }
  | { readonly outcome: 'incompatible'; readonly messages: readonly string[] }
  | { readonly outcome: 'invalid'; readonly message: string };

const DEFAULT_LEVEL = 'BACKWARD';

/** The rules of a registry: one subject's versions follow each other so that readers of the newest read what was written before. */
export class Registry {
  constructor(readonly store: SchemaStore) {}

  register(subject: string, candidate: Candidate): Registered {
    const known = this.find(subject, candidate);
    if (known !== undefined) return { outcome: 'registered', schema: known };
    try {
      checkSchema(candidate.schemaType, this.textOf(candidate.schema, candidate.references));
    } catch (error) {
      return { outcome: 'invalid', message: (error as Error).message };
    }
    const latest = this.store.versions(subject).at(-1);
    const messages = latest === undefined ? [] : this.check(subject, candidate, latest);
    if (messages.length > 0) return { outcome: 'incompatible', messages };
    return { outcome: 'registered', schema: this.store.add(subject, candidate.schemaType, candidate.schema, candidate.references) };
  }

  find(subject: string, { schema, schemaType }: Candidate): StoredSchema | undefined {
    return this.store.versions(subject).find(({ text, language }) => text === schema && language === schemaType);
  }

  /** `latest` or a number; `deleted`: also one that is hidden. */
  version(subject: string, version: string, deleted = false): StoredSchema | undefined {
    const all = this.store.versions(subject, deleted);
    return version === 'latest' ? all.at(-1) : all.find((schema) => String(schema.version) === version);
  }

  /** What readers of the candidate could not read; empty when it may follow. */
  check(subject: string, candidate: Candidate, previous: StoredSchema): readonly string[] {
    if (this.level(subject) === 'NONE') return [];
    if (candidate.schemaType !== previous.language) return [`the subject is ${previous.language}`];
    return incompatibilities(
      candidate.schemaType,
      this.textOf(candidate.schema, candidate.references),
      this.textOf(previous.text, previous.references),
    );
  }

  level(subject: string): string {
    return this.store.level(subject) ?? this.store.level('') ?? DEFAULT_LEVEL;
  }

  private textOf(text: string, references: readonly Reference[]): SchemaText {
    return { text, references: references.flatMap((reference) => this.referenced(reference)) };
  }

  private referenced({ subject, version }: Reference): readonly string[] {
    const schema = this.version(subject, String(version));
    if (schema === undefined) throw new Error(`there is no ${subject} version ${version}`);
    return [...schema.references.flatMap((reference) => this.referenced(reference)), schema.text];
  }
}
