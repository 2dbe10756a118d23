import { setTimeout as sleep } from 'node:timers/promises';
import { withContracts } from '../../../kernel/contracts';
import { childTraceparent, eventId } from '../../../kernel/ids';
import { toAmount } from '../../../kernel/money';
import type { Parts } from '../../../kernel/parts';
import type { Handlers } from '../../../kernel/service-host';
import { QUOTE_CONTRACTS } from '../contracts';
import { quoteFor } from '../domain/shipment';

/** Request and reply: the answer goes to whoever asked, and to nobody else. Nothing is kept of it. */
export const quoteHandlers = ({ service, reply, clock, config, faults }: Parts): Handlers =>
  withContracts(QUOTE_CONTRACTS, {
    'shipping.quote': async ({ quoteId, country, weightGrams }, event, { signal }) => {
      const late = faults.delayMs('shipping.quote', quoteId);
      if (late > 0) await sleep(config.time(late), undefined, { signal });
      const { price, days } = quoteFor(country, weightGrams);
      const id = eventId(event.id, 'answer', 'shipping.quoted');
      await reply(event, {
        id,
        type: 'shipping.quoted',
        version: '1.0.0',
        source: service,
        at: clock(),
        key: event.key,
        data: { quoteId, price: toAmount(price), currency: 'EUR', days },
        correlationId: event.correlationId,
        causationId: event.id,
        traceparent: childTraceparent(event.traceparent, id),
      });
    },
  });
