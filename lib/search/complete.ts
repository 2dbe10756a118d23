import { FIELDS, fieldNamed } from './query';

export interface Completion {
  /** What is put in place of `from`–`to` of the line. */
  readonly text: string;
  readonly title: string;
  readonly says: string;
  readonly from: number;
  readonly to: number;
}

/** Names that were seen, for the values of a field. */
export interface KnownNames {
  readonly services: readonly string[];
  readonly channels: readonly string[];
  readonly inboxes: readonly string[];
  readonly types: readonly string[];
  readonly brokers: readonly string[];
}

const MOST = 12;

/** What may stand at the caret: fields, or the values of the field before it. [Q9] Taking one gives a line that is understood up to there. */
export function complete(line: string, caret: number, known: KnownNames): readonly Completion[] {
  const before = line.slice(0, caret);
  const word = /[^\s()]*$/.exec(before)?.[0] ?? '';
  const from = caret - word.length;
  const [, name, operator, value] = /^-?([\w.-]+?)(!=|>=|<=|[=:~<>])(.*)$/.exec(word) ?? [];
  if (name === undefined || operator === undefined || value === undefined) return fields(word.replace(/^-/, ''), caret);
  const field = fieldNamed(name.split('.')[0] ?? '');
  if (field === undefined) return [];
  const start = from + word.length - value.length;
  const wanted = value.replace(/^"/, '').toLowerCase();
  const choices = field.choices ?? valuesOf(field.name, known);
  return [...choices]
    .filter((choice) => choice.toLowerCase().includes(wanted))
    .toSorted((a, b) => Number(b.toLowerCase().startsWith(wanted)) - Number(a.toLowerCase().startsWith(wanted)))
    .slice(0, MOST)
    .map((choice) => ({
      text: `${/[\s()"*]/.test(choice) ? JSON.stringify(choice) : choice} `,
      title: choice,
      says: field.says,
      from: start,
      to: caret,
    }));
}

function fields(word: string, caret: number): readonly Completion[] {
  const wanted = word.toLowerCase();
  return FIELDS.filter((field) => [field.name, ...field.aliases].some((name) => name.startsWith(wanted)))
    .slice(0, wanted === '' ? FIELDS.length : MOST)
    .map((field) => ({
      text:
        field.dotted === 'needed'
          ? `${field.name}.`
          : field.kind === 'number' || field.kind === 'duration'
            ? `${field.name}>`
            : `${field.name}=`,
      title: field.dotted === 'needed' ? `${field.name}.name` : field.name,
      says: field.says,
      from: caret - word.length,
      to: caret,
    }));
}

/** Names of a field that were seen. */
export function valuesOf(field: string, known: KnownNames): readonly string[] {
  switch (field) {
    case 'service':
      return known.services;
    case 'channel':
      return known.channels;
    case 'inbox':
      return known.inboxes;
    case 'type':
      return known.types;
    case 'broker':
      return [...known.brokers, 'kafka', 'rabbitmq'];
    default:
      return [];
  }
}
