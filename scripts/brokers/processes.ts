import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Free ports of the loopback interface; all are held at once, so that no port comes twice. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((done, failed) => {
        server.once('error', failed);
        server.listen(0, '127.0.0.1', () => done(server));
      });
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

export function portAnswers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 2000 });
    const say = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
    socket.once('timeout', () => say(false));
  });
}

/**
 * A program of its own process group, its output in a file. `outlive`: it goes on when this process ends (the shared brokers); otherwise it
 * is killed with this process, so that a test that dies leaves nothing behind.
 */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd: string; logFile: string; outlive: boolean },
): number {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'w');
  const child: ChildProcess = spawn(command, [...args], {
    cwd: options.cwd,
    // Next's types ask for NODE_ENV in every environment; a broker has no use for it.
    env: options.env === undefined ? process.env : ({ ...options.env } as NodeJS.ProcessEnv),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => undefined);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`could not start ${command}`);
  child.unref();
  if (!options.outlive) process.once('exit', () => signalGroup(pid, 'SIGKILL'));
  return pid;
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  // 0 and −1 would mean our own group, and everybody.
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone: nothing to do.
  }
}

/** Is this pid alive, and is it still the program we started (a pid is used again by others)? */
export function runs(pid: number, mark: string): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = commandOf(pid);
  return command !== null && command.includes(mark);
}

function commandOf(pid: number): string | null {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8');
    if (state.slice(state.lastIndexOf(')') + 2, state.lastIndexOf(')') + 3) === 'Z') return null;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    if (existsSync('/proc/self')) return null;
  }
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return null;
  }
}

/** Ends a program: politely first, after `patienceMs` for good. Returns when it is gone. */
export async function endProgram(pid: number, mark: string, patienceMs: number): Promise<void> {
  if (!runs(pid, mark)) return;
  signalGroup(pid, 'SIGTERM');
  if (await gone(pid, mark, patienceMs)) return;
  await killProgram(pid, mark);
}

export async function killProgram(pid: number, mark: string): Promise<void> {
  if (runs(pid, mark)) signalGroup(pid, 'SIGKILL');
  await gone(pid, mark, 10_000);
}

async function gone(pid: number, mark: string, patienceMs: number): Promise<boolean> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await wait(50)) if (isGone(pid, mark)) return true;
  return isGone(pid, mark);
}

/**
 * A killed Java has no command line any more while its threads still end, and its port still answers: gone is when they are gone too, and the
 * first one waits to be buried, with nothing open.
 */
function isGone(pid: number, mark: string): boolean {
  if (runs(pid, mark)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.charAt(stat.lastIndexOf(')') + 2);
    return readdirSync(`/proc/${pid}/task`).length <= 1 && (state === 'Z' || state === 'X');
  } catch {
    return true;
  }
}

/** Waits until `ready` says yes; throws with the end of the log when the program dies or time is up. */
export async function untilReady(what: string, pid: number, mark: string, logFile: string, ready: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 120_000; ; await wait(100)) {
    if (await ready()) return;
    const dead = !runs(pid, mark);
    if (!dead && Date.now() < end) continue;
    if (!dead) await killProgram(pid, mark);
    throw new Error(
      `${what} ${dead ? 'ended while starting' : 'was not ready after two minutes'}. The end of ${logFile}:\n${endOf(logFile)}`,
    );
  }
}

export function endOf(file: string, lines = 25): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
