import type { Family, ReadContext } from '../table';
import { hexOf, isHex, isZeros } from '../values';

/** W3C trace context: `00-<32 hex>-<16 hex>-<2 hex>`. Later versions may add fields behind a further dash. */
export const w3c: Family = {
  name: 'w3c-trace-context',
  title: 'W3C',
  framework: false,
  detect: 'always',
  contexts: [
    { system: 'w3c', in: 'headers', from: ['traceparent'], read: ([text]) => readTraceparent(text ?? ''), readBytes },
    { system: 'w3c', in: 'body', from: ['metadata.traceparent'], read: ([text]) => readTraceparent(text ?? '') },
  ],
};

export function readTraceparent(text: string): ReadContext | 'malformed' {
  const wellFormed =
    text.length >= 55 &&
    text[2] === '-' &&
    text[35] === '-' &&
    text[52] === '-' &&
    isHex(text, 0, 2) &&
    isHex(text, 3, 35) &&
    isHex(text, 36, 52) &&
    isHex(text, 53, 55) &&
    (text.length === 55 || (text[55] === '-' && !text.startsWith('00'))) &&
    !text.startsWith('ff') &&
    !isZeros(text, 3, 35) &&
    !isZeros(text, 36, 52);
  if (!wellFormed) return 'malformed';
  return { traceId: text.slice(3, 35), spanId: text.slice(36, 52), parentSpanId: null, sampled: (text.charCodeAt(54) & 1) === 1 };
}

/** The AMQP draft's form: version, 16 bytes of trace, 8 of span, flags. */
function readBytes(bytes: Uint8Array): ReadContext | 'malformed' {
  if (bytes.length !== 26) return 'malformed';
  const text = hexOf(bytes, 0, 26);
  return readTraceparent(`${text.slice(0, 2)}-${text.slice(2, 34)}-${text.slice(34, 50)}-${text.slice(50)}`);
}
