import { describe, expect, it } from 'vitest';
import { chooseTopics, internalReasonOf } from './topics';

const named = (...names: string[]) => names.map((name) => ({ name, internal: false }));
const chosen = (names: string[], include: string[], exclude: string[] = []) =>
  chooseTopics(named(...names), { include, exclude }).map((topic) => topic.name);

describe('which topics are read', () => {
  it('[K4] internal ones only when named exactly', () => {
    const all = ['orders', '__consumer_offsets', '_schemas', 'connect-configs', 'connect-offsets', 'connect-status'];
    expect(chosen(all, ['*'])).toEqual(['orders']);
    expect(chosen(all, ['*', '__consumer_offsets', 'connect-status'])).toEqual(['orders', '__consumer_offsets', 'connect-status']);
    expect(chosen(all, ['*', '__*'])).toEqual(['orders']);
  });

  it('[K4] knows the topics of a Connect worker by their company, so that an ordinary topic of such a name is read', () => {
    expect(chosen(['order-status'], ['*'])).toEqual(['order-status']);
    expect(chosen(['etl-configs', 'etl-status', 'order-status', 'order-offsets-x'], ['*'])).toEqual(['order-status', 'order-offsets-x']);
    expect(chosen(['docker-connect-configs'], ['*'])).toEqual([]);
  });

  it('[K4] believes the broker that a topic is internal', () => {
    expect(internalReasonOf([])({ name: 'x', internal: true })).toMatch(/internal/);
  });

  it('includes and excludes by pattern; excluded wins', () => {
    expect(chosen(['shop.orders', 'shop.audit', 'bank.x'], ['shop.*'], ['*.audit'])).toEqual(['shop.orders']);
    expect(chosen(['a', 'b'], ['a', 'b'], ['a'])).toEqual(['b']);
    expect(chosen(['a'], [])).toEqual([]);
  });
});
