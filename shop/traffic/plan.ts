import { CATALOGUE, SOLD_OUT } from '../kernel/catalogue';
import type { OrderFault, PlannedFaults } from '../kernel/faults';
import { randomFrom, shuffled } from '../kernel/random';

/**
 * What a run will do, before it does it: a pure function of (seed, shape, number of orders). Orders come in blocks of a hundred; in each block every
 * share of a shape falls on exactly as many orders, which the seed picks. A shorter block has the same shares, rounded, and at least one.
 */
export interface Plan {
  readonly seed: number;
  readonly shape: Shape;
  /** `Infinity` for a run without end. */
  readonly size: number;
  /** The n-th order, from 1. */
  order(n: number): PlannedOrder;
  /** The orders of a bounded run. */
  orders(): readonly PlannedOrder[];
  readonly users: readonly PlannedUser[];
  readonly faults: PlannedFaults;
}

/** What a scenario asks of the orders. Numbers are orders of a hundred. */
export interface Shape {
  readonly orders: number;
  /** `standard`: 60 web and 20 pos by choreography, 20 web by orchestration. */
  readonly mix: 'standard' | 'web' | 'choreographed' | 'orchestrated';
  readonly share?: Readonly<Partial<Record<OrderFault | 'out-of-stock' | 'sent-twice' | 'sent-by-both' | 'version-1' | 'express', Share>>>;
  /** Every how many batches of the summaries' transaction one aborts. */
  readonly abortEvery?: number;
  /** How many of a run's quotes are answered late. */
  readonly lateQuotes?: number;
}

export interface Share {
  readonly of100: number;
  /** Which orders it may fall on; all without it. */
  readonly among?: 'choreographed' | 'orchestrated' | 'web';
  /** Falls on the orders that have this one too: a failing refund needs a failed shipment. */
  readonly with?: OrderFault | 'sent-twice';
}

type Mark = keyof NonNullable<Shape['share']>;

export interface PlannedOrder {
  readonly n: number;
  readonly orderId: string;
  readonly userId: string;
  readonly channel: 'web' | 'pos';
  readonly fulfilment: 'choreography' | 'orchestration';
  readonly items: readonly { readonly productId: string; readonly quantity: number; readonly unitPrice: number }[];
  /** Cents. */
  readonly total: number;
  readonly marks: readonly Mark[];
}

export interface PlannedUser {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

const BLOCK = 100;
/** Orders that nobody placed; their charges are refused until the delivery limit. */
export const REJECTED = 'rejected-';
const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia', 'Leslie', 'Frances', 'Donald', 'Margaret'];

export function planOf(seed: number, shape: Shape, size = shape.orders): Plan {
  const blocks = new Map<number, readonly PlannedOrder[]>();
  const users = Array.from({ length: Math.max(1, Math.ceil(Math.min(size, BLOCK * 10) / 10)) }, (_, n) => userOf(seed, n + 1));
  const order = (n: number): PlannedOrder => {
    const index = Math.floor((n - 1) / BLOCK);
    let block = blocks.get(index);
    if (block === undefined) {
      block = blockOf({ seed, shape, size, users }, index);
      // A run without end keeps what may still be under way.
      blocks.set(index, block);
      blocks.delete(index - 20);
    }
    return block[(n - 1) % BLOCK] as PlannedOrder;
  };
  return {
    seed,
    shape,
    size,
    order,
    orders: () => Array.from({ length: size }, (_, n) => order(n + 1)),
    users,
    faults: {
      ofOrder: (orderId) => {
        if (orderId.startsWith(REJECTED)) return ['charge-rejected'];
        const n = ordinalOf(seed, orderId);
        return n === null || n > size ? [] : (order(n).marks as readonly OrderFault[]);
      },
      lateQuote: (quoteId) => quoteId.startsWith('quo-') && Number(quoteId.slice(quoteId.lastIndexOf('-') + 1)) <= (shape.lateQuotes ?? 0),
      abortEvery: shape.abortEvery ?? 0,
    },
  };
}

function blockOf({ seed, shape, size, users }: Pick<Plan, 'seed' | 'shape' | 'size' | 'users'>, index: number): PlannedOrder[] {
  const first = index * BLOCK;
  const length = Math.min(BLOCK, size - first);
  const random = randomFrom(seed * 7_919 + index);
  const bare = Array.from({ length }, (_, n) => bareOrder(seed, first + n + 1, shape.mix, users, random));
  const marks = marksOf(bare, shape, random);
  return bare.map((order) => {
    const mine = [...marks].filter(([, numbers]) => numbers.has(order.n)).map(([mark]) => mark);
    return { ...order, marks: mine, ...(mine.includes('out-of-stock') ? withSofa() : {}) };
  });
}

/** Which orders of a block get which mark. Marks of one shape never fall on the same order unless they say `with`. */
function marksOf(orders: readonly PlannedOrder[], { share = {} }: Shape, random: () => number): Map<Mark, ReadonlySet<number>> {
  const marks = new Map<Mark, ReadonlySet<number>>();
  const free = shuffled(orders, random);
  for (const [mark, { of100, among, with: partner }] of Object.entries(share) as [Mark, Share][]) {
    const wanted = of100 === 0 ? 0 : Math.max(1, Math.round((of100 * orders.length) / BLOCK));
    const taken = partner === undefined ? new Set([...marks.values()].flatMap((numbers) => [...numbers])) : new Set<number>();
    const may = free.filter(
      (order) => isAmong(order, among) && !taken.has(order.n) && (partner === undefined || marks.get(partner)?.has(order.n) === true),
    );
    marks.set(mark, new Set(may.slice(0, wanted).map(({ n }) => n)));
  }
  return marks;
}

const isAmong = (order: PlannedOrder, among: Share['among']): boolean =>
  among === undefined ||
  (among === 'web'
    ? order.channel === 'web' && order.fulfilment === 'choreography'
    : order.fulfilment === (among === 'orchestrated' ? 'orchestration' : 'choreography'));

function bareOrder(seed: number, n: number, mix: Shape['mix'], users: readonly PlannedUser[], random: () => number): PlannedOrder {
  const turn = n % 5;
  const items = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const { sku, price } = CATALOGUE[Math.floor(random() * (CATALOGUE.length - 1))] ?? { sku: 'lamp', price: 2_900 };
    return { productId: sku, quantity: 1 + Math.floor(random() * 3), unitPrice: price };
  });
  return {
    n,
    orderId: orderIdOf(seed, n),
    userId: users[Math.floor(random() * users.length)]?.userId ?? 'usr-0',
    channel: (mix === 'standard' || mix === 'choreographed') && turn === 4 ? 'pos' : 'web',
    fulfilment: mix === 'orchestrated' || (mix === 'standard' && turn === 0) ? 'orchestration' : 'choreography',
    items,
    total: totalOf(items),
    marks: [],
  };
}

const totalOf = (items: PlannedOrder['items']): number => items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);

function withSofa(): Pick<PlannedOrder, 'items' | 'total'> {
  const price = CATALOGUE.find(({ sku }) => sku === SOLD_OUT)?.price ?? 0;
  const items = [{ productId: SOLD_OUT, quantity: 1, unitPrice: price }];
  return { items, total: totalOf(items) };
}

/** How a seed stands in ids. */
export const seedText = (seed: number): string => seed.toString(36);

/** Ids are readable and belong to their place in the plan, so that every process of the shop knows an order's faults by its id. */
const orderIdOf = (seed: number, n: number): string => `ord-${seedText(seed)}-${String(n).padStart(5, '0')}`;

function ordinalOf(seed: number, orderId: string): number | null {
  const [word, ofSeed, digits] = orderId.split('-');
  return word === 'ord' && ofSeed === seedText(seed) && digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : null;
}

function userOf(seed: number, n: number): PlannedUser {
  const name = NAMES[n % NAMES.length] ?? 'Ada';
  const userId = `usr-${seedText(seed)}-${String(n).padStart(4, '0')}`;
  return { userId, email: `${name.toLowerCase()}.${n}@example.test`, name };
}
