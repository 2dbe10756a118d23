import { execFileSync, spawnSync } from 'node:child_process';
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

/** Can packages be installed without asking anybody: as root, or by a sudo without password? */
export const canInstall = (): boolean => works('apt-get', ['--version']) && (isRoot() || works('sudo', ['-n', 'true']));

/**
 * `apt-get install`, without letting Debian start the package's own service: the brokers here run in folders and on ports of their own.
 */
export function install(packages: readonly string[], say: Say): void {
  say(`installing ${packages.join(', ')} with apt-get`);
  // An existing policy of the machine is left as it is; ours refuses services for the time of the installation.
  const script = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends "$@" || { apt-get update -q; apt-get install -y -q --no-install-recommends "$@"; }`;
  const command = ['sh', '-c', script, 'install', ...packages];
  const [program = 'sh', ...args] = isRoot() ? command : ['sudo', '-n', ...command];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
