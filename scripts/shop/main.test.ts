import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

it('[SR3] given brokers that npm run brokers has started, and no others named, then the shop goes there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-brokers-'));
  // Nobody listens there: the complaint names the broker that was looked for.
  writeFileSync(join(folder, 'env'), 'KAFKA_BROKERS=127.0.0.1:1\nAMQP_URL=amqp://guest:guest@127.0.0.1:1\n');
  const { KAFKA_BROKERS: _kafka, AMQP_URL: _amqp, ...rest } = process.env;
  try {
    const { code, complained } = await new Promise<{ code: number | null; complained: string }>((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', MAIN, '--broker', 'kafka+rabbitmq', '--processes', 'one'],
        { env: { ...rest, EVENTYARD_BROKERS_DIR: folder } },
        (_error, _said, stderr) => resolve({ code: child.exitCode, complained: stderr }),
      );
    });
    expect(code).toBe(3);
    expect(complained).toContain('127.0.0.1:1');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
