import { describe, expect, it } from 'vitest';
import { LIMIT, Pace } from './pace';

describe('Pace', () => {
  it('[I1] the first record after quiet goes to the store at once, the next ones after a tick', () => {
    const pace = new Pace();
    expect(pace.waitBefore(1000)).toBe(0);
    pace.took(1000, 1, 600);
    expect(pace.waitBefore(1001)).toBe(49);
    expect(pace.waitBefore(2000)).toBe(0);
  });

  it('[I2] stretches the tick under load to batches of 10,000 rows, at most 250 ms, and back', () => {
    const pace = new Pace();
    pace.took(1000, 1, 600);
    pace.took(1050, 4_000, 2e6);
    expect(pace.waitBefore(1050)).toBe(125);
    pace.took(1175, 1_500, 9e5);
    expect(pace.waitBefore(1175)).toBe(250);
    pace.took(1425, 20, 12_000);
    expect(pace.waitBefore(1425)).toBe(50);
  });

  it('[I2] stretches the tick to keep inserts to a tenth of the time, at most 250 ms, and back', () => {
    const pace = new Pace();
    pace.stored(12);
    pace.took(1000, 1, 600);
    expect(pace.waitBefore(1000)).toBe(120);
    for (let n = 0; n < 20; n++) pace.stored(90);
    pace.took(1120, 1, 600);
    expect(pace.waitBefore(1120)).toBe(250);
    for (let n = 0; n < 40; n++) pace.stored(1);
    pace.took(1370, 1, 600);
    expect(pace.waitBefore(1370)).toBe(50);
  });

  it('[I3] does not wait while there is a backlog', () => {
    const pace = new Pace();
    pace.took(1000, LIMIT.records, 1e6);
    expect(pace.waitBefore(1000)).toBe(0);
    pace.took(1010, 9_000, LIMIT.bytes);
    expect(pace.waitBefore(1010)).toBe(0);
    pace.took(1020, 10, 6_000);
    expect(pace.waitBefore(1020)).toBe(50);
  });
});
