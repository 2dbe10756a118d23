import { defineConfig } from '@playwright/test';

/** One port for the whole run: workers inherit it from the process that read this file first. */
process.env.EVENTYARD_TEST_PORT ??= String(20_000 + Math.floor(Math.random() * 20_000));
const port = process.env.EVENTYARD_TEST_PORT;
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Stories of use over the built app and the demo's world. One worker: all stories watch the same shop. Waits are long because machines are slow. */
export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  workers: 1,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 90_000 },
  reporter: [
    ['list'],
    ['json', process.env.PLAYWRIGHT_JSON_OUTPUT_FILE === undefined ? {} : { outputFile: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE }],
  ],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath,
      args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
  webServer: {
    command: `node --import tsx scripts/demo/main.ts --port ${port} --seed 7`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/readyz`,
    timeout: 600_000,
    // While writing stories: a demo that runs already at EVENTYARD_TEST_PORT.
    reuseExistingServer: process.env.CI === undefined,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
  },
});
