import { compileRules } from '@/lib/events/recognise/compile-rules';
import { BrokerPart } from './broker-part';
import { CollectorMetrics } from './collector-metrics';
import type { CollectorParts } from './collector-parts';
import { inflateForRecognition, latin1ForRecognition } from '../compression/inflate';
import { FollowedTraces } from './ingest/followed-traces';
import { TapBoard } from './ingest/tap-board';
import { OwnEvents } from './replay/own-events';
import { Replayer } from './replay/replayer';
import { SagaEngine } from './sagas/saga-engine';

export type { CollectorParts, CollectorSettings, TapSettings } from './collector-parts';

const DAY = 86_400_000_000;

/**
 * The collector half: reads brokers into the store, measures, folds sagas, replays; tells the web half over the bus.
 * Resolves when everything was started; a broker or store that is gone is tried again for ever and shown on the tap's card.
 */
export async function startCollector(parts: CollectorParts): Promise<{ close(): Promise<void> }> {
  const { store, bus, settings, log } = parts;
  const metrics = new CollectorMetrics(parts.metrics);
  const rules = compileRules({
    own: settings.rules ?? [],
    serviceNames: settings.serviceNames,
    inflate: inflateForRecognition,
    latin1: latin1ForRecognition,
  });
  const board = new TapBoard(bus, metrics);
  const sagas = new SagaEngine(settings.sagas, { store, bus, log, clock: parts.clock, onStates: (counts) => metrics.sagaStates(counts) });
  const followed = new FollowedTraces(() => performance.now());
  const brokers = parts.brokers.map(
    (broker) =>
      new BrokerPart(
        broker,
        settings.taps.filter((tap) => tap.broker === broker.name),
        parts,
        rules,
        metrics,
        (events) => sagas.onEvents(events),
        () => board.changed(),
        followed,
      ),
  );
  board.show(brokers);

  const own = new OwnEvents({
    store,
    rules,
    owner: settings.owner,
    clock: parts.clock,
    onStored: (batch) => brokers.find(({ broker }) => broker.name === batch.broker)?.tell(batch),
  });
  const replayer = new Replayer({
    store,
    brokers,
    own,
    clock: parts.clock,
    log,
    announce: (report) => bus.announce('replay', report),
    onOutcome: (outcome) => metrics.replayed(outcome),
  });
  const stopped = new AbortController();
  answerCommands(parts, brokers, board, replayer, followed);
  const now = parts.clock();
  const pictures = await store.pictures().catch(() => []);
  const gaps = await store.gaps({ from: now - DAY, to: now }, 100).catch(() => []);
  sagas.start();
  void replayer.recover(stopped.signal);
  await Promise.all(
    brokers.map((part) =>
      part.start(
        pictures.find(({ broker }) => broker === part.broker.name),
        gaps,
      ),
    ),
  );
  board.start();
  log.info({ brokers: parts.brokers.map(({ name }) => name), taps: settings.taps.map(({ tap }) => tap) }, 'collector started');

  return {
    async close() {
      stopped.abort();
      board.close();
      await Promise.all(brokers.map((part) => part.close()));
      await sagas.close();
    },
  };
}

function answerCommands(
  parts: CollectorParts,
  brokers: readonly BrokerPart[],
  board: TapBoard,
  replayer: Replayer,
  followed: FollowedTraces,
): void {
  const { bus, store } = parts;
  bus.answer('watch', async ({ broker, inboxes }) => {
    brokers.find((part) => part.broker.name === broker)?.sampler.watch(inboxes);
    return { ok: true };
  });
  bus.answer('follow', async ({ traceIds }) => {
    followed.follow(traceIds);
    return { ok: true };
  });
  bus.answer('tap-cards', async () => ({ taps: board.cards() }));
  bus.answer('retry-tap', async ({ tap }) => ({ ok: brokers.some((part) => part.retry(tap)) }));
  bus.answer('readiness', async () => {
    const storeReady = await store.ready();
    const taps = board.cards().map(({ tap, status, problem }) => ({
      name: `tap ${tap}`,
      ready: status === 'live' || status === 'paused',
      detail: problem?.text ?? status,
    }));
    // What is wrong with the store, its own part says.
    const detail = storeReady.ready ? 'stores' : 'waits for the store';
    return { parts: [{ name: 'collector', ready: storeReady.ready, detail }, ...taps] };
  });
  bus.answer('preview-replay', (request) => replayer.preview(request));
  bus.answer('replay', (request) => replayer.replay(request));
  bus.answer('metrics', async () => ({ text: await parts.metrics.metrics() }));
}
