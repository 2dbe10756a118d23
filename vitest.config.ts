import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const alias = { '@': fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '') };

/** From 25 on Node has a `localStorage` of its own, without a file an empty one, that stands before the document's. Node 20 does not know the option. */
const execArgv = process.allowedNodeEnvironmentFlags.has('--experimental-webstorage') ? ['--no-experimental-webstorage'] : [];

/**
 * Time limits are for a machine that others use too: they end what hangs, and measure nothing.
 *
 * Four projects, from fast to slow: `lib` and `components` (milliseconds, in `npm run check`), `server` (in-process broker, embedded store:
 * child processes), `live` (real Kafka and RabbitMQ, started by `npm test` or `npm run brokers -- start`).
 */
export default defineConfig({
  test: {
    projects: [
      { resolve: { alias }, test: { name: 'lib', include: ['lib/**/*.test.ts'], environment: 'node', testTimeout: 60_000 } },
      {
        resolve: { alias },
        plugins: [react()],
        test: {
          name: 'components',
          include: ['components/**/*.test.tsx'],
          environment: 'happy-dom',
          setupFiles: ['./components/test-setup.ts'],
          execArgv,
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'server',
          include: ['server/**/*.test.ts', 'app/**/*.test.ts', 'shop/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.live.test.ts', '**/node_modules/**'],
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'live',
          include: ['**/*.live.test.ts'],
          exclude: ['**/node_modules/**'],
          environment: 'node',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
