import type { Micros } from '@/lib/events/names';

/** Least-squares slope per second over samples (µs); null with fewer than two moments. */
export function slopePerSecond(samples: readonly { readonly at: Micros; readonly value: number }[]): number | null {
  const first = samples[0];
  if (!first || samples.every((sample) => sample.at === first.at)) return null;
  const xs = samples.map((sample) => (sample.at - first.at) / 1e6);
  const meanX = xs.reduce((a, b) => a + b, 0) / xs.length;
  const meanY = samples.reduce((sum, sample) => sum + sample.value, 0) / samples.length;
  let above = 0;
  let below = 0;
  samples.forEach((sample, index) => {
    const dx = (xs[index] ?? 0) - meanX;
    above += dx * (sample.value - meanY);
    below += dx * dx;
  });
  return below === 0 ? null : above / below;
}

/** Per second between the first and the last sample of a counter; a counter that went back (a reset) is not a rate: null. */
export function ratePerSecond(samples: readonly { readonly at: Micros; readonly value: number }[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at <= first.at || last.value < first.value) return null;
  return (last.value - first.value) / ((last.at - first.at) / 1e6);
}
