/**
 * What goes wrong on purpose. A fault belongs to an order, a quote or the ordinal of a batch, by the plan of the run (`traffic/plan.ts`), never to
 * chance at run time: the same seed tells the same story, in one process or in thirteen. What is switched while a run goes on (a gateway that is
 * down, a slow inbox, a fix) is a switch: set by a scenario's steps, or by `POST /faults` where that is allowed.
 */
export interface Faults {
  /** The card is declined. */
  declined(orderId: string): boolean;
  /** The carrier refuses the parcel. */
  shipmentFails(orderId: string): boolean;
  /** Shipping takes the message or command, and says nothing. */
  silentShipping(orderId: string): boolean;
  /** A refund of this order fails, each time. */
  refundFails(orderId: string): boolean;
  /** The mail of this order throws until the fault is mended. */
  mailThrows(orderId: string): boolean;
  /** The charge of this order is rejected by its consumer until the broker's delivery limit. */
  chargeRejected(orderId: string): boolean;
  /** The n-th batch (from 1) of the transaction that makes summaries aborts. */
  abortsBatch(n: number): boolean;
  mailDown(): boolean;
  cardGatewayDown(): boolean;
  /**
   * How long the work at a place takes longer: a binding (`order-service-queue`, `inventory-service:order-events`) or a command
   * (`shipping.quote`); `id` is the order or quote, where the lateness belongs to it. Milliseconds before the time factor.
   */
  delayMs(place: string, id?: string): number;
  switch(patch: Switches): void;
}

/** The faults that can fall on one order. */
export type OrderFault =
  | 'declined'
  | 'shipment-fails'
  | 'silent-shipping'
  | 'refund-fails'
  | 'mail-throws'
  | 'charge-rejected'
  | 'late-payment-news';

export interface Switches {
  readonly mailDown?: boolean;
  readonly cardGatewayDown?: boolean;
  /** The programmer mended it: mails do not throw and charges are not rejected any more. */
  readonly mended?: boolean;
  readonly delays?: Readonly<Record<string, number>>;
}

/** Which faults an order has, and what belongs to other ids: what a plan gives. */
export interface PlannedFaults {
  ofOrder(orderId: string): readonly OrderFault[];
  lateQuote(quoteId: string): boolean;
  /** Every how many batches one aborts; 0 is never. */
  readonly abortEvery: number;
}

/** How late the news of a payment reach the order-service, and how late a late quote is: both beyond what their reader waits. */
const LATE_NEWS_MS = 2_000;
const LATE_QUOTE_MS = 3_000;

export function faultsOf(planned: PlannedFaults, first: Switches = {}): Faults {
  let switches = first;
  const has = (orderId: string, fault: OrderFault): boolean => planned.ofOrder(orderId).includes(fault);
  return {
    declined: (orderId) => has(orderId, 'declined'),
    shipmentFails: (orderId) => has(orderId, 'shipment-fails'),
    silentShipping: (orderId) => has(orderId, 'silent-shipping'),
    refundFails: (orderId) => has(orderId, 'refund-fails'),
    mailThrows: (orderId) => switches.mended !== true && has(orderId, 'mail-throws'),
    chargeRejected: (orderId) => switches.mended !== true && has(orderId, 'charge-rejected'),
    abortsBatch: (n) => planned.abortEvery > 0 && n % planned.abortEvery === 0,
    mailDown: () => switches.mailDown === true,
    cardGatewayDown: () => switches.cardGatewayDown === true,
    delayMs(place, id = '') {
      const always = switches.delays?.[place] ?? 0;
      if (place === 'order-service-queue' && has(id, 'late-payment-news')) return always + LATE_NEWS_MS;
      return place === 'shipping.quote' && planned.lateQuote(id) ? always + LATE_QUOTE_MS : always;
    },
    switch(patch) {
      switches = { ...switches, ...patch };
    },
  };
}
