import type { OutgoingRecord } from '../transport/port';

export interface BatchingProducer {
  /** Resolves when its batch was sent, rejects when it was not. */
  add(record: OutgoingRecord): Promise<void>;
  flush(): void;
}

interface Gathering {
  readonly records: OutgoingRecord[];
  readonly sent: Promise<void>;
  readonly settle: (sending: Promise<void>) => void;
  bytes: number;
}

/** Gathers records until so many bytes or milliseconds, as Kafka's own clients do (`batch.size`, `linger.ms`). */
export function createBatchingProducer(
  send: (records: readonly OutgoingRecord[]) => Promise<void>,
  { bytes, lingerMs }: { readonly bytes: number; readonly lingerMs: number },
): BatchingProducer {
  let gathering: Gathering | null = null;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    const full = gathering;
    gathering = null;
    full?.settle(send(full.records));
  }

  function begin(): Gathering {
    timer = setTimeout(flush, lingerMs);
    let settle: Gathering['settle'] = () => {};
    const sent = new Promise<void>((resolve) => (settle = resolve));
    return { records: [], sent, settle, bytes: 0 };
  }

  return {
    add(record) {
      gathering ??= begin();
      const { sent } = gathering;
      gathering.records.push(record);
      gathering.bytes += record.message.body.length;
      if (gathering.bytes >= bytes) flush();
      return sent;
    },
    flush,
  };
}
