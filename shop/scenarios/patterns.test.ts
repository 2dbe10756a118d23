import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SCENARIO_NAMES } from '../traffic/scenario-names';
import { SCENARIOS } from './scenarios';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rows = readFileSync(`${root}/docs/patterns.md`, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && line.includes('`'))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .map(([, pattern = '', file = '', scenario = '', screen = '']) => ({ pattern, file, scenario, screen }));

describe('docs/patterns.md', () => {
  it.each(rows)('$pattern: $file and $scenario exist', ({ file, scenario, screen }) => {
    expect(existsSync(`${root}/${file}`), file).toBe(true);
    expect(SCENARIO_NAMES).toContain(scenario);
    for (const one of screen.split(', '))
      expect(['Topology', 'Traces', 'Sagas', 'Lag', 'Queues', 'Dead letters', 'Settings']).toContain(one);
  });

  it('names every scenario at least once, and each has its own file', () => {
    expect([...new Set(rows.map(({ scenario }) => scenario))].toSorted()).toEqual([...SCENARIO_NAMES].toSorted());
    for (const name of SCENARIO_NAMES) {
      expect(existsSync(`${root}/shop/scenarios/${name}.ts`), name).toBe(true);
      expect(SCENARIOS[name].name).toBe(name);
    }
  });
});

describe('shop/README.md', () => {
  it('names only files that are there, six of them for the life of one order', () => {
    const text = readFileSync(`${root}/shop/README.md`, 'utf8');
    const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.ts)`/g)].map(([, file = '']) => file);
    expect(named.filter((file) => !existsSync(`${root}/shop/${file}`))).toEqual([]);
    expect(text.match(/^\d\. `[^`]+\.ts`/gm)).toHaveLength(6);
  });
});
