/** One point for each whole unit of money. */
export const pointsFor = (cents: number): number => Math.floor(cents / 100);
