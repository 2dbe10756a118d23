import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { AppError } from '@/lib/errors';
import { configSchema, SECRET_KEYS, SETTABLE, variableOf, type Config } from './schema';
import { describeIssues } from './describe-issues';

export interface ConfigSources {
  /** `--config`; without it `eventyard.yaml` in the working directory, if it is there. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by path, e.g. `{ 'listen.port': '7300' }`. They win over the environment, which wins over the file. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Variables with our prefix that belong to our scripts, not to the configuration. */
const OF_SCRIPTS = /^EVENTYARD_(BROKERS|TEST|BENCH|CHILD|DEMO|CACHE)/;

/**
 * The only reader of files, flags and environment for the configuration (docs/spec/config.md). Everything that is wrong is told at once, by
 * path, with what is allowed; no value of a secret is ever part of the text.
 * @throws AppError `config`
 */
export function readConfig(sources: ConfigSources): Config {
  const { tree, from } = readTree(sources);
  const problems: string[] = [];
  const resolved = resolveValues(tree, [], sources, dirname(from ?? resolve(sources.cwd, 'x')), problems);
  overlay(resolved as Tree, sources, problems);
  const parsed = configSchema.safeParse(resolved);
  if (!parsed.success) problems.push(...describeIssues(parsed.error));
  else problems.push(...describeClashes(parsed.data));
  if (problems.length > 0 || !parsed.success) {
    throw new AppError(
      'config',
      `the configuration${from === null ? '' : ` (${from})`} cannot be used:\n${problems.map((one) => `  ${one}`).join('\n')}`,
      {
        cure: 'eventyard.example.yaml shows every setting',
      },
    );
  }
  const config = parsed.data;
  return Object.freeze({ ...config, store: { ...config.store, directory: absolute(config.store.directory, sources.cwd) } });
}

type Tree = Record<string, unknown>;

function readTree(sources: ConfigSources): { tree: Tree; from: string | null } {
  const file = absolute(sources.file ?? 'eventyard.yaml', sources.cwd);
  if (!existsSync(file)) {
    if (sources.file === undefined) return { tree: {}, from: null };
    throw new AppError('config', `there is no configuration file at ${file}`, { cure: 'check --config' });
  }
  try {
    const tree: unknown = parseYaml(readFileSync(file, 'utf8')) ?? {};
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree))
      throw new AppError('config', `${file}: a mapping of settings is expected`);
    return { tree: tree as Tree, from: file };
  } catch (error) {
    if (error instanceof YAMLParseError) {
      // Its own message quotes the line, which may hold a secret.
      const at = error.linePos?.[0];
      throw new AppError('config', `${file}: not YAML at line ${at?.line ?? '?'}, column ${at?.col ?? '?'} (${error.code})`);
    }
    throw error;
  }
}

/** Replaces `${NAME}` by the environment everywhere, and `file:/path` by the file's text where a secret is expected. */
function resolveValues(value: unknown, path: readonly string[], sources: ConfigSources, base: string, problems: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, n) => resolveValues(item, [...path, String(n)], sources, base, problems));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolveValues(item, [...path, key], sources, base, problems)]),
    );
  }
  if (typeof value !== 'string') return value;
  const text = value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const found = sources.env[name];
    if (found === undefined) problems.push(`${path.join('.')}: the environment has no variable ${name}`);
    return found ?? '';
  });
  if (!text.startsWith('file:') || !SECRET_KEYS.has(path.at(-1) ?? '')) return text;
  const file = absolute(text.slice('file:'.length), base);
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch {
    problems.push(`${path.join('.')}: the file ${file} cannot be read`);
    return text;
  }
}

function overlay(tree: Tree, { env, flags }: ConfigSources, problems: string[]): void {
  const variables = new Map(SETTABLE.map((path) => [variableOf(path), path]));
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !name.startsWith('EVENTYARD_') || OF_SCRIPTS.test(name)) continue;
    const path = variables.get(name);
    if (path === undefined) problems.push(`${name}: there is no such setting; known are ${[...variables.keys()].join(', ')}`);
    else setAt(tree, path, value);
  }
  for (const [path, value] of Object.entries(flags)) if (value !== undefined) setAt(tree, path, value);
}

function setAt(tree: Tree, path: string, value: string): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = tree;
  for (const key of keys) at = (at[key] ??= {}) as Tree;
  at[last] = value;
}

/** What each part allows alone and together does not. */
function describeClashes(config: Config): string[] {
  const problems: string[] = [];
  const names = config.brokers.map((broker) => broker.name);
  for (const name of new Set(names.filter((one, n) => names.indexOf(one) !== n))) problems.push(`brokers: the name ${name} is given twice`);
  const sagas = config.sagas.map((saga) => saga.name);
  for (const name of new Set(sagas.filter((one, n) => sagas.indexOf(one) !== n))) problems.push(`sagas: the name ${name} is given twice`);
  if (!isLoopback(config.listen.host)) {
    problems.push(
      'listen.host: only a loopback address (127.0.0.1, ::1, localhost) is allowed, because there is no sign-in yet: anybody who reaches the port could read bodies and replay',
    );
  }
  return problems;
}

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

const absolute = (path: string, base: string): string => (isAbsolute(path) ? path : resolve(base, path));
