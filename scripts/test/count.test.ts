import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest } from './count';

describe('the closing line of npm test', () => {
  it('[C8] counts what failed, and a run that ended badly without a failed test as one failure', () => {
    expect(countVitest({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2 }, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 });
    expect(countVitest({ numPassedTests: 3, numFailedTests: 0 }, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
    expect(countPlaywright({ stats: { expected: 4, unexpected: 0, flaky: 1, skipped: 0 } }, 0)).toEqual({
      passed: 4,
      failed: 1,
      skipped: 0,
    });
  });
});
