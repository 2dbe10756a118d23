import { load } from '../../kernel/event-store/repository';
import { notFound } from '../../kernel/http-server/http-errors';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { openState } from '../../kernel/unit-of-work/open-state';
import { SHIPPING_BINDINGS } from './bindings';
import { Shipment } from './domain/shipment';
import { commandHandlers } from './handlers/on-commands';
import { paymentHandlers } from './handlers/on-payments';
import { quoteHandlers } from './handlers/on-quotes';
import { shipmentMessages } from './shipments';

/** Sends parcels, and says what they would cost. */
export const startShippingService: StartService = async (parts) => {
  const state = openState(parts, { translate: shipmentMessages });
  const subscribers = await Promise.all([
    parts.consume(SHIPPING_BINDINGS.payments, paymentHandlers(state.units, parts.faults)),
    parts.consume(SHIPPING_BINDINGS.commands, commandHandlers(state.units, parts.faults)),
    parts.consume(SHIPPING_BINDINGS.quotes, quoteHandlers(parts)),
  ]);
  const server = await serve(parts, (app) => {
    app.get<{ Params: { id: string } }>('/shipments/:id', async (request) => {
      const { version, state: shipment } = load(state.store, Shipment.type, request.params.id);
      if (version === 0) throw notFound('shipment', request.params.id);
      return { orderId: request.params.id, version, ...shipment };
    });
  });
  return running({ server, subscribers, rest: [state] });
};
