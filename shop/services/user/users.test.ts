import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../kernel/db/scratch-database.fixture';
import { Outbox } from '../../kernel/outbox/outbox';
import { Users } from './users';

const ADA = { userId: 'u-1', name: 'Ada', email: 'ada@example.test' };
const HOME = { street: '1 Example Street', city: 'Exampleton', country: 'EX' };

function given(limit?: number) {
  const database = scratchDatabase()();
  const outbox = new Outbox(database, limit);
  const told = () => outbox.next('rabbitmq', 99).map(({ event }) => event.type);
  return { users: new Users(database, outbox, 'user-service', () => 1), told };
}

describe('users', () => {
  it('[SH9] all of a batch or none: when the outbox is full nobody is stored', () => {
    const { users, told } = given(1);
    expect(() => users.add([ADA, { ...ADA, userId: 'u-2' }])).toThrow('wait for a broker');
    expect([users.find('u-1'), told()]).toEqual([undefined, []]);
  });

  it('[SH9] who is known already is not told again', () => {
    const { users, told } = given();
    expect([users.add([ADA]), users.add([ADA, { ...ADA, userId: 'u-2' }])]).toEqual([{ added: 1 }, { added: 1 }]);
    expect(told()).toEqual(['user.created', 'user.created']);
  });

  it('an address belongs to somebody, and each change is told', () => {
    const { users, told } = given();
    expect(users.move('u-1', HOME)).toBeNull();
    users.add([ADA]);
    expect([users.move('u-1', HOME), users.move('u-1', { ...HOME, city: 'Samplewick' })]).toEqual([{ version: 1 }, { version: 2 }]);
    expect(users.find('u-1')).toEqual({ ...ADA, address: { ...HOME, city: 'Samplewick' } });
    expect(told()).toEqual(['user.created', 'user.address.changed', 'user.address.changed']);
  });
});
