/** What an order may become. The only place that knows. */
export type OrderState = 'requested' | 'placed' | 'completed' | 'cancelled';

/** The next state, or null when the fact changes nothing any more (late, or a duplicate). */
export function nextState(state: OrderState, fact: 'placed' | 'paid' | 'failed'): OrderState | null {
  if (fact === 'placed') return state === 'requested' ? 'placed' : null;
  if (state !== 'placed') return null;
  return fact === 'paid' ? 'completed' : 'cancelled';
}
