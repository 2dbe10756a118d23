/** 16 bytes a line, as `0000  7b 22 69 64 …  {"id"…`; what is not printable ASCII is a dot. Never more than `limit` bytes. */
export function hexLines(bytes: Uint8Array, limit = 4096): string[] {
  const shown = bytes.subarray(0, limit);
  return Array.from({ length: Math.ceil(shown.length / 16) }, (_, line) => {
    const part = [...shown.subarray(line * 16, line * 16 + 16)];
    const hex = part.map((byte) => byte.toString(16).padStart(2, '0'));
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return `${(line * 16).toString(16).padStart(4, '0')}  ${[...hex, ...Array<string>(16 - hex.length).fill('  ')].join(' ')}  ${text}`;
  });
}

/** Base64 as the contract carries bytes; what is not base64 gives no bytes. */
export function bytesOfBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
