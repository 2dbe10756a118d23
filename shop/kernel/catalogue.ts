/** What the shop sells. Prices in cents; `stock` is what inventory starts with. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly price: number;
  readonly stock: number;
}

/** Nobody can have it: an order with this product fails with INSUFFICIENT_STOCK, by the stock and by no fault. */
export const SOLD_OUT = 'sold-out-sofa';

export const CATALOGUE: readonly Product[] = [
  { sku: 'lamp', name: 'Lamp', price: 2_900, stock: 10_000_000 },
  { sku: 'kettle', name: 'Kettle', price: 4_500, stock: 10_000_000 },
  { sku: 'desk', name: 'Desk', price: 24_900, stock: 10_000_000 },
  { sku: 'chair', name: 'Chair', price: 11_900, stock: 10_000_000 },
  { sku: 'shelf', name: 'Shelf', price: 7_900, stock: 10_000_000 },
  { sku: 'clock', name: 'Clock', price: 1_900, stock: 10_000_000 },
  { sku: SOLD_OUT, name: 'Sofa', price: 89_900, stock: 0 },
];
