import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { aDeadLetter, aFailure, noOrigin } from '@/lib/events/event.fixture';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { aChannel, aPicture, aQueue } from '@/lib/topology/topology.fixture';
import type { OutgoingMessage, PublishOutcome, TakeLetterOutcome } from '../../brokers/broker';
import { FakeBroker } from '../ingest/fake-broker.fixture';
import { BrokerView } from '../ingest/broker-view';
import { MemoryStore } from '../memory-store.fixture';
import { until } from '../until.fixture';
import { OwnEvents } from './own-events';
import { Replayer } from './replayer';

const picture = aPicture({
  broker: 'shop',
  channels: [aChannel('shop'), aChannel('dlx')],
  inboxes: [aQueue('orders', { deadLetterTo: { channel: 'dlx', routingKey: null, by: 'argument' } }), aQueue('orders.dlq')],
  bindings: [{ from: 'dlx', to: { kind: 'inbox', inbox: 'orders.dlq' }, routingKey: '#', arguments: {} }],
});

class SendingBroker extends FakeBroker {
  readonly sent: OutgoingMessage[] = [];
  taken = 0;
  onPublish: () => Promise<PublishOutcome> = async () => ({ confirmed: true, partition: null, offset: null });
  onTake: () => Promise<TakeLetterOutcome> = async () => ({ taken: true });

  override publish = async (message?: OutgoingMessage) => {
    if (message !== undefined) this.sent.push(message);
    return (await this.onPublish()) as never;
  };
  override takeLetter = async () => {
    this.taken++;
    return (await this.onTake()) as never;
  };
}

let index = 0;
const aLetter = (over: Partial<ObservedEvent> = {}): ObservedEvent =>
  aDeadLetter({
    broker: 'shop',
    system: 'rabbitmq',
    channel: 'dlx',
    index: index++,
    inboxes: [{ inbox: 'orders.dlq', evidence: 'declared' }],
    failure: aFailure({ firstOrigin: { ...noOrigin, channel: 'shop', inbox: 'orders', routingKey: 'order.placed' } }),
    ...over,
  });

function aReplayer(letters: readonly ObservedEvent[]) {
  const store = new MemoryStore();
  store.batches.push({ tap: 'shop', broker: 'shop', epoch: 1, number: 1, events: letters, gaps: [], offsets: new Map() });
  const broker = new SendingBroker();
  const view = new BrokerView('shop', 'rabbitmq');
  view.learn(picture);
  const log = pino({ level: 'silent' });
  const clock = () => Date.now() * 1000;
  const own = new OwnEvents({ store, rules: compileRules(), owner: 'test', clock, onStored: () => undefined });
  const replayer = new Replayer({ store, brokers: [{ broker, view }], own, clock, log, announce: () => undefined });
  const replay = (...of: readonly ObservedEvent[]) => replayer.replay({ letters: of.map(({ id }) => id), reason: 'fixed', by: 'ada' });
  return { store, broker, replay, own, view };
}

describe('Replayer', () => {
  it('[L31] [L32] writes the intent, sends, takes, writes the outcome, in this order', async () => {
    const letter = aLetter();
    const { store, broker, replay } = aReplayer([letter]);
    const order: string[] = [];
    store.beforeRecord = (what) => void order.push(what);
    broker.onPublish = async () => {
      order.push('publish');
      return { confirmed: true, partition: null, offset: null };
    };
    broker.onTake = async () => {
      order.push('take');
      return { taken: true };
    };
    expect(await replay(letter)).toMatchObject({ items: [{ outcome: 'sent-and-taken' }] });
    expect(order).toEqual(['intent', 'publish', 'take', 'outcome']);
  });

  it.each<[string, PublishOutcome | Error, string]>([
    ['returned', { confirmed: false, why: 'returned', detail: '' }, 'not-sent'],
    ['unknown', { confirmed: 'unknown', detail: 'the connection went' }, 'uncertain'],
    ['an error in the middle', new Error('boom'), 'uncertain'],
  ])('[L32] %s: %s', async (_, outcome, expected) => {
    const letter = aLetter();
    const { store, broker, replay } = aReplayer([letter]);
    broker.onPublish = async () => {
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    expect((await replay(letter)).items).toMatchObject([{ outcome: expected }]);
    expect(broker.taken).toBe(0);
    expect(store.replays).toMatchObject([{ outcome: expected }]);
  });

  it('says that it was sent and is still in its queue', async () => {
    const letter = aLetter();
    const { broker, replay } = aReplayer([letter]);
    broker.onTake = async () => ({ taken: false, why: 'too-deep', detail: '1,200 before it' });
    expect((await replay(letter)).items).toMatchObject([{ outcome: 'sent-not-taken', detail: expect.stringContaining('too deep') }]);
  });

  it('[L34] a second replay of the same inbox waits for nobody: it is not sent', async () => {
    const [first, second] = [aLetter(), aLetter()];
    const { broker, replay } = aReplayer([first, second]);
    let release = (): void => undefined;
    broker.onPublish = () => new Promise((done) => (release = () => done({ confirmed: true, partition: null, offset: null })));
    const running = replay(first);
    await until('the first is being sent', () => broker.sent.length === 1);
    expect((await replay(second)).items).toMatchObject([{ outcome: 'not-sent', detail: 'Another replay of this inbox is running.' }]);
    release();
    expect((await running).items).toMatchObject([{ outcome: 'sent-and-taken' }]);
    expect(broker.sent).toHaveLength(1);
  });

  it('[L25] a blocked letter is not sent, the others of the request are', async () => {
    const [cut, whole] = [aLetter({ bodySize: 1e6 }), aLetter()];
    const { broker, store, replay } = aReplayer([cut, whole]);
    expect((await replay(cut, whole)).items.map(({ outcome }) => outcome)).toEqual(['not-sent', 'sent-and-taken']);
    expect(broker.sent).toHaveLength(1);
    expect(store.audits.map(({ subject }) => subject)).toEqual([cut.id, whole.id]);
  });

  it('[L30] own events go on counting behind another writer', async () => {
    const [first, second] = [aLetter(), aLetter()];
    const { store, replay } = aReplayer([first, second]);
    await replay(first);
    await store.acquireLease('eventyard.replay.shop');
    await replay(second);
    const own = store.batches.filter(({ tap }) => tap === 'eventyard.replay.shop');
    expect(own.map(({ number, epoch, events }) => [number, epoch, events[0]?.replayOf, events[0]?.channel])).toEqual([
      [1, 1, first.id, ''],
      [2, 3, second.id, ''],
    ]);
  });
});
