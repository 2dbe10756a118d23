import type { Scenario, Step } from './scenario';
import { orders, signUp, untilSent } from './steps';

const SUBJECT = 'inventory.reserved.v1.avro';

/** A field that every reader needs, without a default: who reads with it could not read what was written before. */
const registerBadSchema: Step = async ({ customers, seen }) => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'InventoryReserved',
    namespace: 'shop',
    fields: [{ name: 'warehouse', type: 'string' }],
  });
  const { status } = await customers.ask('schema-registry', 'POST', `/subjects/${SUBJECT}/versions`, { schema, schemaType: 'AVRO' });
  seen.set('seen.refusal', status);
};

/** Half of the orders are told by an instance of the version before: upcasters make them one; a reader of 1.x alone buries the other half. */
export const schemaChange: Scenario = {
  name: 'schema-change',
  shows: 'two versions of one event, and who cannot read the newer',
  shape: { orders: 100, mix: 'web', share: { 'version-1': { of100: 50 } } },
  steps: [signUp, orders(), untilSent('order.completed', ({ plan }) => plan.size), registerBadSchema],
  expected: (plan) => {
    const newer = plan.orders().filter(({ marks }) => !marks.includes('version-1')).length;
    return { 'seen.refusal': 409, dead: newer, 'dead.reporting-dlq': newer };
  },
};
