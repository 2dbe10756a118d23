import type { KeyView } from '@/lib/contract/traces';
import { MAX_KEY_BYTES } from '@/lib/events/event-row';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { hexOf } from '@/lib/events/recognise/values';
import type { Bodies } from '@/server/decoding/bodies';
import { LIMITS } from './read-body';

/** Longer ones are shown as the bytes they are, as long bodies are: nobody's key is so long. */
const MOST_KEY = 64 * 1024;
const MOST_TEXT = 4 * 1024;

type Stored = Pick<ObservedEvent, 'broker' | 'channel' | 'partition' | 'headers' | 'key'>;

/** [G71] A key that was written with a schema, decoded for the screen; `null` where it was not, or nobody can say. */
export async function readKey(bodies: Bodies, { broker, channel, partition, headers, key }: Stored): Promise<KeyView | null> {
  if (key === null || key.length > MOST_KEY) return null;
  const encoded = { broker, channel, partition, body: key, contentType: null, headers, part: 'key' } as const;
  const found = bodies.isEncoded(encoded) ? ((await bodies.decode([encoded], LIMITS))[0] ?? null) : null;
  if (found === null) return null;
  const bytes = `0x${hexOf(key, 0, MAX_KEY_BYTES)}`;
  return {
    text: found.text === null ? null : plainOf(found.text).slice(0, MOST_TEXT),
    bytes,
    problem: found.problem,
    schema: found.schema,
  };
}

/** Most keys are one text. */
function plainOf(json: string): string {
  const value = json.startsWith('"') ? (JSON.parse(json) as unknown) : null;
  return typeof value === 'string' ? value : json;
}
