import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './kernel/metrics';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(readFileSync(new URL('grafana.json', import.meta.url), 'utf8')) as Dashboard;
const metrics = await createMetrics().registry.getMetricsAsJSON();

const WORDS_OF_PROMQL = /\b(sum|max|rate|increase|histogram_quantile|by|le)\b/g;
/** The names in an expression: what is neither a function, nor a label, nor a range. */
const namesIn = (expr: string): string[] =>
  expr
    .replaceAll(/by \([^)]*\)|\[[^\]]*\]/g, '')
    .replaceAll(WORDS_OF_PROMQL, '')
    .match(/[a-z][a-z_]{3,}/g) ?? [];

describe('the Grafana dashboard', () => {
  it('[SH2] names only metrics that exist', () => {
    const known = new Set(metrics.flatMap(({ name }) => [name, `${name}_bucket`]));
    for (const { title, targets } of dashboard.panels)
      for (const { expr } of targets) {
        expect(namesIn(expr).length, title).toBeGreaterThan(0);
        for (const name of namesIn(expr)) expect(known, `${title}: ${name}`).toContain(name);
      }
  });

  it('[SH2] shows every metric of the shop', () => {
    const shown = new Set(dashboard.panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => namesIn(expr))));
    expect(metrics.filter(({ name }) => !shown.has(name) && !shown.has(`${name}_bucket`)).map(({ name }) => name)).toEqual([]);
  });
});
