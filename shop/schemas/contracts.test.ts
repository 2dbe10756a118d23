import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Contracts } from '../kernel/contracts';
import { readCatalogue } from './catalogue';
import { sampleEvents } from './samples.fixture';
import { WIRE_UPCASTERS } from './upcasters';

/** Verbs of commands: what somebody is told to do. Everything else says what has happened. */
const IMPERATIVE = new Set([
  'process',
  'complete',
  'cancel',
  'reserve',
  'commit',
  'release',
  'charge',
  'refund',
  'dispatch',
  'quote',
  'build',
]);
const IRREGULAR = new Set(['made', 'summary']);
const SERVICES = fileURLToPath(new URL('../services', import.meta.url));

interface Consumer {
  readonly name: string;
  readonly contracts: Contracts;
}
const consumers: Consumer[] = [];

beforeAll(async () => {
  for (const service of readdirSync(SERVICES)) {
    if (!existsSync(`${SERVICES}/${service}/contracts.ts`)) continue;
    const module = (await import(`../services/${service}/contracts.ts`)) as Record<string, Contracts>;
    const groups = Object.entries(module).filter(([name]) => name.endsWith('_CONTRACTS'));
    const named = groups.length > 0 ? groups : Object.entries(module).filter(([name]) => name === 'CONTRACTS');
    for (const [name, contracts] of named) consumers.push({ name: `${service} ${name}`, contracts });
  }
});

describe('message contracts', () => {
  it('[SM9] every sample of a producer is accepted by every consumer that handles its type', () => {
    expect(consumers.length).toBeGreaterThan(8);
    const checked = new Set<string>();
    for (const { name, contracts } of consumers)
      for (const { file, event } of sampleEvents()) {
        const contract = contracts[event.type];
        // Who reads 1.x only buries the rest by its version; every other reader sees the newest version, by the upcasters.
        const isLegacy = name.includes('LEGACY');
        if (contract === undefined || (isLegacy && event.version.startsWith('2'))) continue;
        const data = isLegacy ? event.data : WIRE_UPCASTERS.upcast(event.type, event.version, event.data).data;
        expect(contract.safeParse(data).error?.issues, `${name} reads ${file}`).toBeUndefined();
        checked.add(`${name} ${event.type}`);
      }
    expect(checked.size).toBeGreaterThan(30);
  });

  it('[SM9] whatever a consumer handles, somebody has a sample of; answers of a saga are their commands with how it went', () => {
    const known = new Set(sampleEvents().map(({ event }) => event.type));
    const unknown = consumers.flatMap(({ name, contracts }) =>
      Object.keys(contracts)
        .filter((type) => !known.has(type.replace(/\.(ok|failed)$/, '')) && !known.has(type))
        .map((type) => `${name}: ${type}`),
    );
    expect(unknown).toEqual([]);
  });

  it('[SM1] names say what happened, or what is to be done', () => {
    for (const { type } of readCatalogue()) {
      expect(type, type).toMatch(/^([a-z]+(\.[a-z]+)+|[A-Z]+(_[A-Z]+)+)$/);
      const last = type.toLowerCase().split(/[._]/).at(-1) ?? '';
      expect(last.endsWith('ed') || IRREGULAR.has(last) || IMPERATIVE.has(last), `${type} is a past participle or a command`).toBe(true);
    }
  });

  it('[SM1] each version has a sample, and each sample a schema', () => {
    const samples = sampleEvents();
    expect(samples.filter(({ languages }) => languages.length === 0).map(({ file }) => file)).toEqual([]);
    const sampled = new Set(samples.map(({ file }) => file));
    expect(readCatalogue().filter(({ type, version }) => !sampled.has(`${type} ${version}`))).toEqual([]);
  });
});
