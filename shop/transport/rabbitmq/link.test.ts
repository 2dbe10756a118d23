import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LinkState } from '../port';
import { AmqpLink } from './link';

/** What the library gives for a connection, without a broker behind it. */
class FakeModel extends EventEmitter {
  closed = 0;
  readonly connection = { stream: { destroyed: 0, destroy: () => void (this.connection.stream.destroyed += 1) } };
  close = (): Promise<void> => {
    this.closed += 1;
    return Promise.resolve();
  };
}
const opened: FakeModel[] = [];
vi.mock('amqplib', () => ({
  default: {
    connect: async () => {
      const model = new FakeModel();
      opened.push(model);
      return model;
    },
  },
}));

const open = () => AmqpLink.open({ url: 'amqp://nobody', who: { service: 'test', instance: 1 }, reconnectMs: 1 });
afterEach(() => void opened.splice(0));

describe('a RabbitMQ connection', () => {
  it('[SM4] says when the broker blocks it, and when it does not any more; a new connection is not blocked', async () => {
    const link = await open();
    const states: LinkState[] = [];
    link.onState((state) => void states.push(state));
    opened[0]!.emit('blocked', 'low on memory');
    opened[0]!.emit('unblocked');
    opened[0]!.emit('blocked', 'low on disk');
    opened[0]!.emit('close');
    await vi.waitFor(() => expect(opened).toHaveLength(2), { timeout: 30_000 });
    await vi.waitFor(() => expect(link.state()).toBe('connected'), { timeout: 30_000 });
    expect(states).toEqual(['blocked', 'connected', 'blocked', 'disconnected', 'connected']);
    await link.close();
    expect(opened[1]!.closed).toBe(1);
  });

  it('[SM24] a blocked connection is closed without a farewell, which the broker would not read', async () => {
    const link = await open();
    opened[0]!.emit('blocked', 'low on memory');
    await link.close();
    expect([opened[0]!.closed, opened[0]!.connection.stream.destroyed]).toEqual([0, 1]);
  });
});
