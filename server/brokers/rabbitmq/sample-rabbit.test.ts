import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { ManagementApi } from './management-api';
import type { OperationsLink } from './operations-link';
import { RabbitSampler } from './sample-rabbit';

it('[R48] a list gives its counters once: a fast look in between has the depth of now and no counters', async () => {
  const api = {
    get: async () => ({}),
    list: async (path: string) =>
      path.startsWith('queues') ? [{ name: 'work', type: 'classic', messages_ready: 1, message_stats: { publish: 9, ack: 8 } }] : [],
  } as unknown as ManagementApi;
  const channel = Object.assign(new EventEmitter(), {
    checkQueue: async () => ({ queue: 'work', messageCount: 5, consumerCount: 2 }),
    close: async () => undefined,
  });
  const link = { createChannel: async () => channel, createConfirmChannel: async () => channel };
  const sampler = new RabbitSampler({ open: async () => link } as unknown as OperationsLink, api, null);
  const sample = async () => (await sampler.sample({ watched: new Set(['work']) })).queues[0];
  expect(await sample()).toMatchObject({ ready: 5, consumers: 2, by: 'passive-declare', published: 9, acked: 8 });
  expect(await sample()).toMatchObject({ ready: 5, consumers: 2, by: 'passive-declare', published: null, acked: null });
});
