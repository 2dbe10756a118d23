import type { Scenario as ScenarioName } from '../traffic/scenario-names';
import { autoscale } from './autoscale';
import { brokerRestart } from './broker-restart';
import { circuitOpen } from './circuit-open';
import { compensationFailure } from './compensation-failure';
import { consumerCrash } from './consumer-crash';
import { duplicateDelivery } from './duplicate-delivery';
import { eventualConsistency } from './eventual-consistency';
import { happyPath } from './happy-path';
import { highVolume } from './high-volume';
import { inventoryShort } from './inventory-short';
import { mixed } from './mixed';
import { newSubscriber } from './new-subscriber';
import { noHeaders } from './no-headers';
import { orchestratorCrash } from './orchestrator-crash';
import { outOfOrder } from './out-of-order';
import { outageAndRecover } from './outage-and-recover';
import { overload } from './overload';
import { paymentFailure } from './payment-failure';
import { poisonMessage } from './poison-message';
import { priority } from './priority';
import { rebuild } from './rebuild';
import { requestReplyTimeout } from './request-reply-timeout';
import { retryStorm } from './retry-storm';
import { sagaTimeout } from './saga-timeout';
import { schemaChange } from './schema-change';
import { shipmentFailure } from './shipment-failure';
import { slowConsumer } from './slow-consumer';
import { stuckSaga } from './stuck-saga';
import { syncVsEvents } from './sync-vs-events';
import { transactionAbort } from './transaction-abort';
import { unroutable } from './unroutable';
import type { Scenario } from './scenario';

/** Every story, in the order in which one would tell them. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  'happy-path': happyPath,
  'payment-failure': paymentFailure,
  'inventory-short': inventoryShort,
  'shipment-failure': shipmentFailure,
  'stuck-saga': stuckSaga,
  'saga-timeout': sagaTimeout,
  'orchestrator-crash': orchestratorCrash,
  'compensation-failure': compensationFailure,
  'poison-message': poisonMessage,
  'duplicate-delivery': duplicateDelivery,
  'out-of-order': outOfOrder,
  'slow-consumer': slowConsumer,
  'consumer-crash': consumerCrash,
  autoscale,
  'schema-change': schemaChange,
  'broker-restart': brokerRestart,
  'retry-storm': retryStorm,
  'circuit-open': circuitOpen,
  'request-reply-timeout': requestReplyTimeout,
  'outage-and-recover': outageAndRecover,
  'sync-vs-events': syncVsEvents,
  priority,
  unroutable,
  overload,
  'eventual-consistency': eventualConsistency,
  rebuild,
  'transaction-abort': transactionAbort,
  'new-subscriber': newSubscriber,
  'no-headers': noHeaders,
  'high-volume': highVolume,
  mixed,
};
