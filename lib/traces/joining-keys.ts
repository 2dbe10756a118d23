import type { EventRow } from '@/lib/contract/traces';
import type { BusinessKey } from '@/lib/events/observed-event';

/** What many unrelated processes share: a customer has many orders, a product is in many. Their events are no one flow. */
const SHARED = new Set(
  'user customer account tenant organisation organization company product sku item article category store shop warehouse device session owner merchant vendor supplier partner employee country currency region channel client'.split(
    ' ',
  ),
);

/** The further events of a CloudEvents batch, which only find it. */
const ITEM = /^item\d+$/;

/** The business keys that name one process: `order`, `payment`, `shipment` … */
export const joiningKeys = (event: Pick<EventRow, 'businessKeys'>): readonly BusinessKey[] =>
  event.businessKeys.filter(({ name, value }) => value !== '' && !SHARED.has(name.toLowerCase()) && !ITEM.test(name));
