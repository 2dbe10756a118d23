/** kafkajs-snappy comes without types. */
declare module 'kafkajs-snappy' {
  const codec: () => unknown;
  export default codec;
}
