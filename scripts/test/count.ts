/** How many tests passed, failed and were skipped. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** From vitest's JSON report. A run that ended badly without a failed test (a hook, an unhandled error) counts as one failure. */
export function countVitest(
  report: { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number; numFailedTestSuites?: number },
  exitCode: number,
): Count {
  const failed = report.numFailedTests ?? 0;
  return { passed: report.numPassedTests ?? 0, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: report.numPendingTests ?? 0 };
}

/** From Playwright's JSON report; a flaky test (passed at a later try) is a failure here. */
export function countPlaywright(
  report: { stats?: { expected?: number; unexpected?: number; flaky?: number; skipped?: number } },
  exitCode: number,
): Count {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report.stats ?? {};
  const failed = unexpected + flaky;
  return { passed: expected, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped };
}
