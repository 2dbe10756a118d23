/** Kafka's hash of a key (murmur2, 32 bits), so that a key goes to the partition it would go to on a real cluster. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const byte = (at: number): number => data[at] ?? 0;
  let hash = 0x9747b28c ^ data.length;
  const whole = data.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let k = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(k, m);
  }
  const rest = data.length & 3;
  if (rest > 2) hash ^= byte(whole + 2) << 16;
  if (rest > 1) hash ^= byte(whole + 1) << 8;
  if (rest > 0) hash = Math.imul(hash ^ byte(whole), m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}
