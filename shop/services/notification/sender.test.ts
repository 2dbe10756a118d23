import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../kernel/db/scratch-database.fixture';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { Sender } from './sender';

const LETTER = { userId: 'u', orderId: 'o', template: 'order-completed', kind: 'receipt' };

function given(status: number) {
  const keys: (string | undefined)[] = [];
  const client: Pick<HttpClient, 'post'> = {
    post: async (_, __, ___, options) => {
      keys.push(options?.headers?.['idempotency-key']);
      return { status, body: null };
    },
  };
  return { sender: new Sender(scratchDatabase()(), client as HttpClient, () => 1, 'key'), keys };
}

describe('letters', () => {
  it('a letter that is sent again has the same key, and is remembered once', async () => {
    const { sender, keys } = given(202);
    let completed = 0;
    for (let n = 0; n < 2; n++) await sender.send('email', 'event-1', LETTER, () => completed++);
    expect([keys, completed, sender.sent()]).toEqual([['event-1', 'event-1'], 2, [{ channel: 'email', letters: 1 }]]);
  });

  it('what the gateway will not have is undeliverable, and nothing is remembered', async () => {
    const { sender } = given(422);
    await expect(sender.send('sms', 'event-1', LETTER)).rejects.toMatchObject({ name: 'Undeliverable' });
    expect(sender.sent()).toEqual([]);
  });
});
