import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './find-chromium';
import { countPlaywright, countVitest, type Count } from './count';

/**
 * `npm test`: everything, in the order of what it needs: check, unit, contract suites in process, the same on real brokers, build, browser.
 * It goes on after a failed step, so that one run tells everything, stops what it started, and ends with one plain line.
 * `npm test -- --only live,browser` runs some of the steps.
 */
const STEPS = ['check', 'unit', 'server', 'live', 'build', 'browser'] as const;
type Step = (typeof STEPS)[number];

const only = process.argv.includes('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',') : STEPS;
const reports = mkdtempSync(join(tmpdir(), 'eventyard-test-'));
const counts: Count[] = [];
const said: string[] = [];

const wanted = (step: Step): boolean => only.includes(step);

function run(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const [program = '', ...rest] = command;
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** A step that is one command counts as one test. */
async function step(name: string, command: readonly string[], env?: Readonly<Record<string, string>>): Promise<boolean> {
  const ok = (await run(command, env)) === 0;
  tell(name, ok ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 });
  return ok;
}

async function vitest(name: string, projects: readonly string[], env?: Readonly<Record<string, string>>): Promise<void> {
  const report = join(reports, `${name}.json`);
  const code = await run(
    [
      'npx',
      '--no-install',
      'vitest',
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      '--reporter',
      'default',
      '--reporter',
      'json',
      `--outputFile.json=${report}`,
    ],
    env,
  );
  tell(name, existsSync(report) ? countVitest(JSON.parse(readFileSync(report, 'utf8')), code) : { passed: 0, failed: 1, skipped: 0 });
}

function tell(name: string, count: Count): void {
  counts.push(count);
  const line = `${name}: ${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`;
  said.push(line);
  console.log(`\n== ${line}\n`);
}

const brokers = (...words: string[]): readonly string[] => ['node', '--import', 'tsx', 'scripts/brokers/main.ts', ...words];

async function main(): Promise<void> {
  if (wanted('check')) await step('check', ['node', '--import', 'tsx', 'scripts/check/main.ts']);
  if (wanted('unit')) await vitest('unit', ['lib', 'components']);
  if (wanted('server')) await vitest('contracts and parts, in process', ['server']);

  let brokersUp = false;
  if (wanted('live') || wanted('browser')) {
    brokersUp = (await run(brokers('start'))) === 0;
    if (!brokersUp) tell('real brokers (see above for what to install or set)', { passed: 0, failed: 1, skipped: 0 });
  }
  try {
    if (wanted('live') && brokersUp) await vitest('contracts and faults, on real Kafka and RabbitMQ', ['live']);
    const built =
      wanted('build') || wanted('browser')
        ? await step('build', ['npx', '--no-install', 'next', 'build'], { NEXT_TELEMETRY_DISABLED: '1' })
        : false;
    if (wanted('browser') && built) await browser();
  } finally {
    if (brokersUp && process.env.EVENTYARD_TEST_KEEP_BROKERS === undefined) await run(brokers('stop'));
  }
}

async function browser(): Promise<void> {
  const chromium = findChromium();
  if ('missing' in chromium) {
    console.log(chromium.missing);
    tell('browser stories', { passed: 0, failed: 1, skipped: 0 });
    return;
  }
  const report = join(reports, 'browser.json');
  const code = await run(['npx', '--no-install', 'playwright', 'test', '--config', 'e2e/playwright.config.ts'], {
    CHROMIUM_PATH: chromium.path,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  tell(
    'browser stories',
    existsSync(report) ? countPlaywright(JSON.parse(readFileSync(report, 'utf8')), code) : { passed: 0, failed: 1, skipped: 0 },
  );
}

await main();
rmSync(reports, { recursive: true, force: true });
const total = counts.reduce(
  (sum, one) => ({ passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped }),
  { passed: 0, failed: 0, skipped: 0 },
);
console.log(`\n${said.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
