import type { Micros } from '@/lib/events/names';

/**
 * The horizontal axis of a waterfall: one true scale (pixels per µs is the same everywhere), from which long stretches without any event
 * are cut out and marked, each with how much was left out. A strip at true scale stands above it, so that the cuts stay honest.
 *
 * [TL1] px per µs is one number for all segments. [TL2] `x` never runs backwards. [TL3] every moment that was given lies inside a segment,
 * never inside a cut. [TL4] segments and cuts fill the width exactly. [TL13] A window draws its stretch alone.
 */
export interface TimelineScale {
  readonly from: Micros;
  readonly to: Micros;
  readonly width: number;
  readonly segments: readonly Span[];
  readonly cuts: readonly Span[];
  readonly pixelsPerMicro: number;
  x(at: Micros): number;
}

/** A stretch of time with its place on the axis, px. */
export interface Span {
  readonly from: Micros;
  readonly to: Micros;
  readonly x: number;
  readonly width: number;
}

export interface TimelineTick {
  readonly at: Micros;
  readonly x: number;
}

export interface TimelineScaleOptions {
  readonly width: number;
  readonly maxCuts?: number;
  /** Only this stretch is drawn; what lies outside is clamped to its edges. */
  readonly window?: { readonly from: Micros; readonly to: Micros } | null;
  /** Width of a cut, px. */
  readonly cutWidth?: number;
  /** Air on both sides of a segment, px, so that a dot at its edge has room. */
  readonly padding?: number;
}

/** A pause is cut when it takes more than this share of what is still drawn. */
const CUT_SHARE = 0.4;
/** Shorter pauses are never cut, µs. */
const SHORTEST_CUT = 50_000;

export function timelineScale(
  moments: readonly Micros[],
  { width, window = null, maxCuts = 6, cutWidth = 40, padding = 14 }: TimelineScaleOptions,
): TimelineScale {
  const inside = window === null ? moments : [window.from, ...moments.filter((at) => at > window.from && at < window.to), window.to];
  const times = [...new Set(inside)].sort((a, b) => a - b);
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? first;
  const pauses = pausesToCut(times, Math.min(maxCuts, Math.max(0, Math.floor(width / (2 * (cutWidth + 2 * padding))))));

  const stretches: [Micros, Micros][] = [];
  let start = first;
  for (const pause of pauses) {
    stretches.push([start, pause.from]);
    start = pause.to;
  }
  stretches.push([start, last]);

  const drawn = stretches.reduce((sum, [from, to]) => sum + (to - from), 0);
  const room = Math.max(0, width - pauses.length * cutWidth - stretches.length * 2 * padding);
  const pixelsPerMicro = drawn === 0 ? 0 : room / drawn;
  // Nothing but single moments: the room is shared, the moments stand at the left of their part.
  const spare = drawn === 0 ? room / stretches.length : 0;

  const segments: Span[] = [];
  const cuts: Span[] = [];
  let x = 0;
  stretches.forEach(([from, to], index) => {
    const segment = { from, to, x, width: 2 * padding + (to - from) * pixelsPerMicro + spare };
    segments.push(segment);
    x += segment.width;
    const next = stretches[index + 1];
    if (next) {
      cuts.push({ from: to, to: next[0], x, width: cutWidth });
      x += cutWidth;
    }
  });

  return {
    from: first,
    to: last,
    width,
    segments,
    cuts,
    pixelsPerMicro,
    x: (at) => placeOf(at, segments, cuts, padding, pixelsPerMicro),
  };
}

function placeOf(at: Micros, segments: readonly Span[], cuts: readonly Span[], padding: number, pixelsPerMicro: number): number {
  for (const [index, segment] of segments.entries()) {
    const cut = cuts[index];
    if (at <= segment.to || !cut) {
      const inside = segment.x + padding + (at - segment.from) * pixelsPerMicro;
      return clamp(inside, segment.x, segment.x + segment.width);
    }
    if (at < cut.to) {
      const left = segment.x + segment.width - padding;
      const right = cut.x + cut.width + padding;
      return left + ((at - cut.from) / (cut.to - cut.from)) * (right - left);
    }
  }
  return padding;
}

/** The longest pauses first, each only while it hides what remains; given back in the order of time. */
export function pausesToCut(times: readonly Micros[], maxCuts: number): { from: Micros; to: Micros }[] {
  const pauses = times.slice(1).map((to, index) => ({ from: times[index] ?? to, to }));
  let drawn = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const chosen: { from: Micros; to: Micros }[] = [];
  for (const pause of pauses.toSorted((a, b) => b.to - b.from - (a.to - a.from))) {
    const length = pause.to - pause.from;
    const rest = drawn - length;
    if (chosen.length >= maxCuts || length < SHORTEST_CUT || length < CUT_SHARE * drawn || rest <= 0) break;
    chosen.push(pause);
    drawn = rest;
  }
  return chosen.toSorted((a, b) => a.from - b.from);
}

/** Steps that a person reads at a glance, µs. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((micros) => micros),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000),
  ...[1, 2, 5, 10, 20, 30].map((s) => s * 1_000_000),
  ...[1, 2, 5, 10, 20, 30].map((min) => min * 60_000_000),
  ...[1, 2, 6, 12, 24, 48, 168].map((h) => h * 3_600_000_000),
];

/** Ticks counted from the start of the axis, at least `spacing` px apart, inside segments only. */
export function timelineTicks(scale: TimelineScale, spacing = 64): TimelineTick[] {
  if (scale.pixelsPerMicro === 0) return [{ at: scale.from, x: scale.x(scale.from) }];
  const step = STEPS.find((candidate) => candidate * scale.pixelsPerMicro >= spacing) ?? STEPS.at(-1) ?? 1;
  return scale.segments.flatMap((segment) => {
    const firstStep = Math.ceil((segment.from - scale.from) / step);
    const lastStep = Math.floor((segment.to - scale.from) / step);
    const ticks = Array.from({ length: Math.max(0, Math.min(200, lastStep - firstStep + 1)) }, (_, index) => {
      const at = scale.from + (firstStep + index) * step;
      return { at, x: scale.x(at) };
    });
    // A short segment between two cuts still says where it is.
    return ticks.length > 0 ? ticks : [{ at: segment.from, x: scale.x(segment.from) }];
  });
}

/** How far into the trace, written for an axis: `0 s`, `38 s`, `1:27`, `8:23.5`, `2:04:10`, `120 ms`. */
export function tickLabel(offsetMicros: number): string {
  if (offsetMicros === 0) return '0 s';
  if (offsetMicros < 1_000) return `${offsetMicros} µs`;
  if (offsetMicros < 1_000_000) return `${trim(offsetMicros / 1_000)} ms`;
  const seconds = offsetMicros / 1_000_000;
  if (seconds < 60) return `${trim(seconds)} s`;
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = Number((seconds - whole).toFixed(3));
  const fraction = rest > 0 && rest < 1 ? String(rest).slice(1) : '';
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}${fraction}`;
}

const trim = (value: number): string => String(Number(value.toFixed(value < 10 ? 2 : 1)));
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
