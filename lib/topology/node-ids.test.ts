import { describe, expect, it } from 'vitest';
import { channelNode, edgeId, inboxNode, readEdgeId, readNodeId, serviceNode, unknownProducerNode } from './node-ids';

describe('ids of nodes and edges', () => {
  it('[TP1] are read back into what they name', () => {
    expect(readNodeId(serviceNode('payment'))).toEqual({ kind: 'service', service: 'payment' });
    expect(readNodeId(channelNode('shop', 'a/b→c'))).toEqual({ kind: 'channel', broker: 'shop', channel: 'a/b→c' });
    expect(readNodeId(inboxNode('shop', 'orders@billing'))).toEqual({ kind: 'inbox', broker: 'shop', inbox: 'orders@billing' });
    expect(readNodeId(unknownProducerNode('shop', 'orders'))).toEqual({ kind: 'unknown-producer', broker: 'shop', channel: 'orders' });
    expect(readEdgeId(edgeId('publish', serviceNode('payment'), channelNode('shop', 'orders')))).toEqual({
      kind: 'publish',
      from: 'service:payment',
      to: 'channel:shop/orders',
    });
  });

  it.each(['', 'service:', 'channel:orders', 'inbox:shop/', 'trace:1', '__proto__'])('[TP1] says that %j names nothing', (id) => {
    expect(readNodeId(id)).toBe('not-a-node');
    expect(readEdgeId(id)).toBe('not-an-edge');
  });
});
