/**
 * Names by which people and frameworks mark a place for dead letters, where no wiring says so: `orders.dlq`, `orders-dlt`, `orders.DLT`,
 * `dlx`, `dead-letters`, `orders_error` (MassTransit), `error` (NServiceBus, Rebus), EasyNetQ's, `orders.deadletter`; `errors.orders` is not one.
 */
const WORDS =
  /(^|[._\-:/])(dlq|dlt|dlx|dle|dead[._-]?letters?|poison|parking[._-]?lot|undelivered)([._\-:/]|$)|_(error|skipped)$|^error$|^EasyNetQ_Default_Error_Queue$|^ErrorExchange_|[a-z]DLQ$/i;

export const namesDeadLetters = (name: string): boolean => WORDS.test(name);
