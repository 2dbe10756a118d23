import type { ShopConfig } from '../config';
import type { Customers } from '../traffic/customers';
import type { Counts } from '../traffic/expected';
import type { Plan, Shape } from '../traffic/plan';
import type { Scenario as ScenarioName } from '../traffic/scenario-names';
import type { World } from '../world';
import type { Tally } from './records';

/** One story: its orders, what is done to the shop meanwhile, and what must be counted in the end. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What Eventyard shows of it, in a line. */
  readonly shows: string;
  readonly shape: Shape;
  /** Orders per second, where the story needs a pace of its own. */
  readonly rate?: number;
  readonly instances?: ShopConfig['instances'] | Readonly<Record<string, number>>;
  readonly trace?: ShopConfig['trace'];
  /** Run one after the other; without them the customers come and order. */
  readonly steps?: readonly Step[];
  /** Laid over the counts of the orders (`traffic/expected.ts`); null takes one away that the story leaves open. */
  readonly expected?: (plan: Plan) => Readonly<Record<string, number | null>>;
  /** Messages by type that the story writes past every service: a watcher sees them, the shop's own counts do not. */
  readonly strays?: Counts;
  /** Numbers that only this story looks for. */
  readonly measured?: (run: Run) => Promise<Counts>;
}

/** What a step works with. */
export interface Run {
  readonly config: ShopConfig;
  readonly plan: Plan;
  readonly world: World;
  readonly customers: Customers;
  readonly tally: Tally;
  /** Dead letters that were there before; they are none of this run's. */
  readonly before: Counts;
  /** What steps have seen, compared as `seen.<name>`. */
  readonly seen: Map<string, number>;
  readonly signal: AbortSignal;
}

export type Step = (run: Run) => Promise<void>;
