/** What the demo's shop plays: answer of the command `demo-scenario`, for the strip over the screens. */
export interface DemoView {
  readonly scenario: string;
  /** Every story it can play, with what to look at. */
  readonly scenarios: readonly { readonly name: string; readonly shows: string }[];
  /** `playing` until its orders are through; `over` when all was counted. A story without end always plays. */
  readonly state: 'starting' | 'playing' | 'over' | 'failed';
  /** Orders placed so far, and of how many; null: without end. */
  readonly placed: number;
  readonly orders: number | null;
  /** When it is over: what was counted otherwise than planned, in words; empty: all as planned. */
  readonly differences: readonly string[];
}
