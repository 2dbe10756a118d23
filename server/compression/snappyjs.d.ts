/** snappyjs comes without types; this is what we use of it. Gives a Buffer for a Buffer. */
declare module 'snappyjs' {
  export function uncompress(bytes: Buffer): Buffer;
  export function compress(bytes: Buffer): Buffer;
}
