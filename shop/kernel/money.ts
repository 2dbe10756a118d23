/** Inside the shop money is whole cents; the messages that other programs know say it in units (58 or 58.5). */
export const toAmount = (cents: number): number => cents / 100;
/** Rounds to the cent: a unit price as floating point is at most a hair beside it. */
export const toCents = (amount: number): number => Math.round(amount * 100);
