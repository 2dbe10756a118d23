import type { Recognised } from './recognise';
import type { Saying } from './sayings';
import { whyOfKeys } from './why-of-keys';

/** What was recognised, a line each, for a terminal: field, value, why. */
export function describeRecognised(meaning: Recognised, losers: readonly Saying[]): readonly string[] {
  const reasons = [...meaning.why, ...whyOfKeys(meaning)];
  const fromOf = (field: string): string => reasons.find((why) => why.field === field)?.from ?? '';
  const lines: (readonly [string, string, string])[] = [['recognised as', meaning.framework ?? 'no known framework', '']];
  for (const field of SHOWN) {
    const value = meaning[field];
    if (value !== null) lines.push([field, String(value), fromOf(field)]);
  }
  if (meaning.publishedAt !== null) lines.push(['publishedAt', new Date(meaning.publishedAt / 1000).toISOString(), fromOf('publishedAt')]);
  for (const { name, value } of meaning.businessKeys)
    lines.push([
      'business key',
      `${name} = ${value}`,
      reasons.find(({ from }) => from.startsWith(`${name} from `))?.from.slice(name.length + 6) ?? '',
    ]);
  for (const { system, from, traceId, origin } of meaning.contexts.slice(1))
    lines.push(['other context', traceId, `${from} (${system}${origin ? ', where it was first made' : ''})`]);
  for (const { field, from, value } of losers) lines.push(['not taken', `${field} ${value}`, from]);
  if (meaning.failure !== null)
    lines.push(['failure', `${meaning.failure.cause}: ${meaning.failure.message ?? 'no message'}`, fromOf('failure')]);
  if (meaning.schemaId !== null) lines.push(['schema', String(meaning.schemaId), 'wire format of the body']);
  if (meaning.bodyProblem !== null) lines.push(['body', meaning.bodyProblem, '']);
  const first = Math.max(...lines.map(([name]) => name.length));
  const second = Math.min(48, Math.max(...lines.map(([, value]) => value.length)));
  return lines.map(([name, value, from]) => `${name.padEnd(first)}  ${value.padEnd(second)}  ${from}`.trimEnd());
}

const SHOWN = [
  'type',
  'version',
  'source',
  'messageId',
  'traceId',
  'spanId',
  'parentSpanId',
  'correlationId',
  'causationId',
  'conversationId',
  'sagaId',
  'replyTo',
  'attempt',
  'replayId',
  'replayOf',
  'contentType',
  'contentEncoding',
] as const;
