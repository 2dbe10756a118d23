import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRules } from '../compile-rules';
import { aRecord, recognised } from '../raw-record.fixture';
import { recognise } from '../recognise';
import { SPAN, TRACE, TRACEPARENT } from '../samples/sample.fixture';
import { SAMPLES } from '../samples/samples.fixture';
import { FAMILIES } from '.';

describe('every framework by its own bytes', () => {
  it.each(SAMPLES.map((sample) => [sample.family, sample.what, sample] as const))('[G50] %s: %s', (_, __, { record, system, becomes }) => {
    expect(recognised(record, system)).toMatchObject(becomes);
  });

  it('[G50] no family is without a sample, and none without a family', () => {
    const families = new Set(FAMILIES.map(({ name }) => name));
    expect([...families].filter((name) => !SAMPLES.some(({ family }) => family === name))).toEqual([]);
    expect(SAMPLES.filter(({ family }) => !families.has(family))).toEqual([]);
  });

  it('[G51] of several contexts the first in the order of trust counts, and all are kept', () => {
    const hop = '11111111111111111111111111111111';
    const { traceId, contexts } = recognised(
      aRecord([
        ['sentry-trace', `${TRACE}-${SPAN}-1`],
        ['uber-trace-id', `${TRACE}:${SPAN}:0:1`],
        ['b3', `${TRACE}-${SPAN}`],
        ['MT-Activity-Id', TRACEPARENT],
        ['ce_specversion', '1.0'],
        ['ce_traceparent', TRACEPARENT],
        ['traceparent', `00-${hop}-${SPAN}-01`],
      ]),
    );
    expect(traceId).toBe(hop);
    expect(contexts.map(({ from, origin }) => (origin ? `${from} (origin)` : from))).toEqual([
      'traceparent',
      'b3',
      'uber-trace-id',
      'sentry-trace',
      'mt-activity-id',
      'ce_traceparent (origin)',
    ]);
  });

  it('[G52] a record means the same whatever came before it: shapes are remembered, values are not', () => {
    const shared = compileRules();
    const shuffled = fc.sample(fc.shuffledSubarray([...SAMPLES], { minLength: SAMPLES.length }), 20).flat();
    const alone = new Map(SAMPLES.map((sample) => [sample, recognise(sample.record, { system: sample.system, rules: compileRules() })]));
    for (const sample of shuffled)
      expect(recognise(sample.record, { system: sample.system, rules: shared }), sample.what).toEqual(alone.get(sample));
  });
});
