import { isConnectionFailure, UnreachableError } from '../kafka-errors';
import type { KafkaLink } from '../kafka-link';
import type { ProducerPlace } from '../wire/encode-batch';

/** A producer id of ours and the next sequence number per partition. Some clusters give none (no right, old version): then nothing protects a repetition. */
export class IdempotentProducer {
  private id: { readonly producerId: number; readonly epoch: number } | 'none' | null = null;
  private sequences = new Map<string, number>();

  constructor(private readonly link: KafkaLink) {}

  /** Gets a producer id if we have none. Throws only when the broker can't be reached. */
  async begin(): Promise<void> {
    if (this.id !== null) return;
    this.sequences = new Map();
    try {
      const answer = await this.link.ask<{ errorCode: number; producerId: string; producerEpoch: number }>(null, 'InitProducerId', {
        transactionalId: null,
        transactionTimeout: 60_000,
      });
      this.id = answer.errorCode === 0 ? { producerId: Number(answer.producerId), epoch: answer.producerEpoch } : 'none';
    } catch (error) {
      if (error instanceof UnreachableError || isConnectionFailure(error)) throw error;
      this.id = 'none';
    }
  }

  protects(): boolean {
    return this.id !== null && this.id !== 'none';
  }

  place(topic: string, partition: number): ProducerPlace | null {
    if (this.id === null || this.id === 'none') return null;
    return { ...this.id, sequence: this.sequences.get(`${topic}/${partition}`) ?? 0 };
  }

  written(topic: string, partition: number): void {
    const key = `${topic}/${partition}`;
    this.sequences.set(key, ((this.sequences.get(key) ?? 0) + 1) % 2_147_483_647);
  }

  forget(): void {
    this.id = null;
  }
}
