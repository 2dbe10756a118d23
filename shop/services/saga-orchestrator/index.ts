import { Lease } from '../../kernel/db/lease';
import { notFound } from '../../kernel/http-server/http-errors';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { openState } from '../../kernel/unit-of-work/open-state';
import { SAGA_BINDINGS } from './bindings';
import { answerHandlers } from './handlers/on-answers';
import { orderHandlers } from './handlers/on-orders';
import { Orchestrator } from './orchestrator';
import { SagaLog } from './saga-log';
import { SagaTimers } from './timers';

/** The clock's watcher is replaced after so long. Not shortened by the time factor: it guards against a real stall. */
const TIMER_LEASE_MS = 3_000;
const LOOK_EVERY_MS = 200;
/** Longer than the wait before somebody connects again (10 s and a quarter). */
const RECOVERY_MS = 15_000;

/** Carries out orders whose services do not know each other. */
export const startSagaOrchestrator: StartService = async (parts) => {
  const { service, instance, database, clock, config, log: logger, metrics } = parts;
  const state = openState(parts, { translate: () => [] });
  const log = new SagaLog(database);
  const orchestrator = new Orchestrator({ log, units: state.units, clock, time: (ms) => config.time(ms) });
  const timers = new SagaTimers({
    log,
    orchestrator,
    lease: new Lease(database, 'saga-timers', `${service}/${instance}`, TIMER_LEASE_MS, clock),
    clock,
    reachable: () => parts.publisher.ready('rabbitmq'),
    recoveryMs: config.time(RECOVERY_MS),
    logger,
    everyMs: Math.max(20, config.time(LOOK_EVERY_MS)),
    afterEach: () => {
      for (const { state, sagas } of log.counts()) metrics.sagaState.set({ state }, sagas);
    },
  });
  const subscribers = await Promise.all([
    parts.consume(SAGA_BINDINGS.orders, orderHandlers(orchestrator)),
    parts.consume(SAGA_BINDINGS.answers, answerHandlers(orchestrator)),
  ]);
  timers.start();
  const server = await serve(parts, (app) => {
    app.get('/sagas', async () => log.counts());
    app.get<{ Params: { id: string } }>('/sagas/:id', async (request) => {
      const known = log.get(request.params.id);
      if (known === null) throw notFound('saga', request.params.id);
      const { status, reason, steps } = known.saga;
      return { sagaId: known.id, orderId: known.subject.orderId, status, reason, steps: Object.fromEntries(steps) };
    });
  });
  return running({ server, subscribers, rest: [timers, state] });
};
