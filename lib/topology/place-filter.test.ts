import { expect, it } from 'vitest';
import { placeFilter } from './place-filter';

const systemOf = (broker: string) => (broker === 'k' ? 'kafka' : broker === 'r' ? 'rabbitmq' : undefined);

it.each([
  ['service:web', { counts: { kind: 'publish', source: 'web' }, events: { service: 'web' }, samples: null }],
  [
    'channel:r/shop',
    { counts: { broker: 'r', kind: 'publish', channel: 'shop' }, events: { broker: 'r', channel: 'shop' }, samples: null },
  ],
  [
    'inbox:r/q',
    {
      counts: { broker: 'r', kind: 'route', inbox: 'q' },
      events: { broker: 'r', inbox: 'q' },
      samples: { broker: 'r', inbox: 'q', kind: 'queue' },
    },
  ],
  [
    'inbox:k/t@g',
    {
      counts: { broker: 'k', kind: 'publish', channel: 't' },
      events: { broker: 'k', channel: 't' },
      samples: { broker: 'k', inbox: 't@g', kind: 'group' },
    },
  ],
  [
    'service:?r/shop',
    { counts: { broker: 'r', kind: 'publish', channel: 'shop', source: '' }, events: { broker: 'r', channel: 'shop' }, samples: null },
  ],
  [
    'publish:service:web→channel:r/shop',
    {
      counts: { broker: 'r', kind: 'publish', channel: 'shop', source: 'web' },
      events: { broker: 'r', channel: 'shop', service: 'web' },
      samples: null,
    },
  ],
  [
    'route:channel:r/shop→inbox:r/q',
    {
      counts: { broker: 'r', kind: 'route', channel: 'shop', inbox: 'q' },
      events: { broker: 'r', channel: 'shop', inbox: 'q' },
      samples: { broker: 'r', inbox: 'q', kind: 'queue' },
    },
  ],
  [
    'consume:inbox:r/q→service:s',
    {
      counts: { broker: 'r', kind: 'route', inbox: 'q' },
      events: { broker: 'r', inbox: 'q' },
      samples: { broker: 'r', inbox: 'q', kind: 'queue' },
    },
  ],
  [
    'dead-letter:inbox:r/q→channel:r/dlx',
    { counts: { broker: 'r', kind: 'dead-letter', channel: 'dlx', inbox: 'q' }, events: { broker: 'r', channel: 'dlx' }, samples: null },
  ],
  ['nonsense', 'not-a-place'],
])('[TP40] %s is asked for by its own filter', (id, filter) => expect(placeFilter(id, systemOf)).toEqual(filter));
