import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium: `CHROMIUM_PATH`, one of the usual places, or installed by apt where root may; else what to do. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const given = process.env.CHROMIUM_PATH;
  if (given !== undefined) return existsSync(given) ? { path: given } : { missing: `CHROMIUM_PATH is ${given}, and there is nothing` };
  const found = PLACES.find((path) => existsSync(path));
  if (found !== undefined) return { path: found };
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    console.log('installing chromium by apt-get …');
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    const installed = PLACES.find((path) => existsSync(path));
    if (installed !== undefined) return { path: installed };
  }
  return { missing: 'The browser stories need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to one.' };
}
