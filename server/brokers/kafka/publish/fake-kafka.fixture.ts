import { createServer, type Socket } from 'node:net';
import { ByteReader } from '../wire/byte-reader';
import { ByteWriter } from '../wire/byte-writer';

/** What the fake does with one produce request: answers with this error code, or cuts the connection after it has read the request. */
export type ProduceAnswer = number | 'cut';

export interface FakeKafka {
  readonly address: string;
  /** Producer id, epoch and sequence of every batch that came, in order. */
  readonly batches: readonly { readonly producerId: number; readonly epoch: number; readonly sequence: number }[];
  close(): Promise<void>;
}

const PRODUCE = 0;
const METADATA = 3;
const API_VERSIONS = 18;
const INIT_PRODUCER_ID = 22;

/**
 * One node with the topic `t` (one partition), speaking just enough of the protocol to publish to it, so that a connection can be cut at the
 * one moment which a real broker can't be made to hit. The last of `answers` is repeated.
 */
export async function startFakeKafka(answers: readonly ProduceAnswer[], initError = 0): Promise<FakeKafka> {
  const batches: { producerId: number; epoch: number; sequence: number }[] = [];
  const sockets = new Set<Socket>();
  let port = 0;
  let producerIds = 0;

  function answer(apiKey: number, request: ByteReader): Buffer | null {
    switch (apiKey) {
      case API_VERSIONS:
        return versions();
      case METADATA:
        return metadata(port);
      case INIT_PRODUCER_ID:
        return new ByteWriter().int32(0).int16(initError).int64(++producerIds).int16(0).bytes();
      case PRODUCE: {
        batches.push(readBatch(request));
        const outcome = answers[Math.min(batches.length, answers.length) - 1] ?? 0;
        return outcome === 'cut' ? null : produced(outcome);
      }
      default:
        throw new Error(`the fake does not know API ${apiKey}`);
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const end = 4 + rest.readInt32BE(0);
        const request = new ByteReader(rest, 4, end);
        const apiKey = request.int16();
        request.int16();
        const correlation = request.int32();
        request.string();
        const body = answer(apiKey, request);
        rest = rest.subarray(end);
        if (body === null) return socket.end();
        socket.write(
          new ByteWriter()
            .int32(4 + body.length)
            .int32(correlation)
            .raw(body)
            .bytes(),
        );
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
  return {
    address: `127.0.0.1:${port}`,
    batches,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function versions(): Buffer {
  const offered = [
    [PRODUCE, 7],
    [METADATA, 6],
    [API_VERSIONS, 2],
    [INIT_PRODUCER_ID, 1],
  ] as const;
  const writer = new ByteWriter().int16(0).int32(offered.length);
  for (const [key, most] of offered) writer.int16(key).int16(0).int16(most);
  return writer.int32(0).bytes();
}

const metadata = (port: number): Buffer =>
  new ByteWriter()
    .int32(0)
    .int32(1)
    .int32(1)
    .string('127.0.0.1')
    .int32(port)
    .string(null)
    .string('fake')
    .int32(1)
    .int32(1)
    .int16(0)
    .string('t')
    .int8(0)
    .int32(1)
    .int16(0)
    .int32(0)
    .int32(1)
    .int32(0)
    .int32(0)
    .int32(0)
    .bytes();

const produced = (errorCode: number): Buffer =>
  new ByteWriter().int32(1).string('t').int32(1).int32(0).int16(errorCode).int64(41).int64(-1).int64(0).int32(0).bytes();

function readBatch(request: ByteReader): { producerId: number; epoch: number; sequence: number } {
  request.string();
  request.skip(2 + 4 + 4);
  request.string();
  request.skip(4 + 4);
  const batch = new ByteReader(request.block(), 43);
  return { producerId: batch.int64(), epoch: batch.int16(), sequence: batch.int32() };
}
