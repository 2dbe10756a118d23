import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Say = (line: string) => void;

/** Things that are downloaded once and kept outside the checkout. */
export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'eventyard');

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Does this command run at all? */
export function works(command: string, args: readonly string[]): boolean {
  const { error, status } = spawnSync(command, [...args], { stdio: 'ignore', timeout: 30_000 });
  return error === undefined && status === 0;
}

/** Can packages be installed without asking anybody? */
export const canInstall = (): boolean => isRoot() && works('apt-get', ['--version']);

/**
 * `apt-get install`, without letting Debian start the package's own service: the brokers here run in folders and on ports of their own.
 */
export function install(packages: readonly string[], say: Say): void {
  say(`installing ${packages.join(', ')} with apt-get`);
  const policy = '/usr/sbin/policy-rc.d';
  const mine = !existsSync(policy);
  if (mine) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    try {
      apt('install', '-y', '-q', '--no-install-recommends', ...packages);
    } catch {
      apt('update', '-q');
      apt('install', '-y', '-q', '--no-install-recommends', ...packages);
    }
  } finally {
    if (mine) rmSync(policy, { force: true });
  }
}
