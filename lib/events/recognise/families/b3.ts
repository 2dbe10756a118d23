import type { ContextPlaces, Family, ReadContext } from '../table';
import { toHexId } from '../values';

const single: ContextPlaces = { system: 'b3', in: 'headers', from: ['b3'], read: ([text]) => readSingle(text ?? '') };
const multi: ContextPlaces = {
  system: 'b3',
  in: 'headers',
  from: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  read: ([trace, span, parent, sampled, flags]) =>
    ids(trace ?? '', span ?? '', parent ?? null, flags === '1' ? true : decision(sampled ?? null)),
};

/** B3: the single header wins over the four. 64-bit ids are padded to 32 digits. */
export const b3: Family = { name: 'b3', title: 'B3', framework: false, detect: 'always', contexts: [single, multi] };

function readSingle(text: string): ReadContext | null | 'malformed' {
  if (text === '0' || text === '1' || text === 'd') return null;
  const [trace, span, sampled, parent] = text.split('-', 5);
  return ids(trace ?? '', span ?? '', parent ?? null, decision(sampled ?? null));
}

function ids(trace: string, span: string, parent: string | null, sampled: boolean | null): ReadContext | 'malformed' {
  const traceId = toHexId(trace, 32);
  const spanId = toHexId(span, 16);
  if (traceId === null || spanId === null || span.length !== 16) return 'malformed';
  return { traceId, spanId, parentSpanId: parent === null ? null : toHexId(parent, 16), sampled };
}

function decision(text: string | null): boolean | null {
  if (text === '1' || text === 'd' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : null;
}
