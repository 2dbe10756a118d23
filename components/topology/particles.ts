/**
 * The traffic of the whole picture as particles in typed arrays: no object per particle, one budget for all edges. Density says rate
 * (relative to the strongest edge, by the square root, so that 25 times the traffic is five times as dense), a red diamond says dead letter.
 * Below a few events per second every particle is about one event. Pure but for the random numbers it is given.
 */
export interface Track {
  readonly points: Float32Array;
  readonly length: number;
  /** Events per second and share of failed ones, newest. */
  rate: number;
  errorShare: number;
  /** Index of the colour it is drawn in. */
  readonly colour: number;
}

export const BUDGET = 1500;
/** Pixels per second of the unzoomed picture. */
const SPEED = 96;
/** Particles of the strongest edge per 100 px. */
const DENSEST = 7;

export interface Particles {
  readonly place: Float32Array;
  readonly track: Uint16Array;
  readonly failed: Uint8Array;
  count: number;
  /** Time until the next particle of each track, s. */
  due: Float32Array;
}

export const createParticles = (tracks: number): Particles => ({
  place: new Float32Array(BUDGET),
  track: new Uint16Array(BUDGET),
  failed: new Uint8Array(BUDGET),
  count: 0,
  due: new Float32Array(tracks),
});

/** Particles per second that each track sends, so that all tracks together stay within the budget. */
export function emissions(tracks: readonly Pick<Track, 'rate' | 'length'>[], budget = BUDGET): Float32Array {
  const strongest = tracks.reduce((most, track) => Math.max(most, track.rate), 0);
  const result = new Float32Array(tracks.length);
  let total = 0;
  tracks.forEach((track, index) => {
    if (track.rate <= 0 || track.length <= 0) return;
    const travel = track.length / SPEED;
    const onTrack = Math.max(1, (DENSEST * track.length * Math.sqrt(track.rate / strongest)) / 100);
    result[index] = Math.min(track.rate, onTrack / travel);
    total += (result[index] ?? 0) * travel;
  });
  if (total > budget) for (let index = 0; index < result.length; index += 1) result[index] = ((result[index] ?? 0) * budget) / total;
  return result;
}

/** Moves everything by `seconds`, lets go what arrived, sends what is due. */
export function advance(
  particles: Particles,
  tracks: readonly Track[],
  perSecond: Float32Array,
  seconds: number,
  random: () => number,
): void {
  let index = 0;
  while (index < particles.count) {
    const track = tracks[particles.track[index] ?? 0];
    const next = track && track.length > 0 ? (particles.place[index] ?? 0) + (SPEED * seconds) / track.length : 2;
    if (next < 1) {
      particles.place[index] = next;
      index += 1;
      continue;
    }
    particles.count -= 1;
    particles.place[index] = particles.place[particles.count] ?? 0;
    particles.track[index] = particles.track[particles.count] ?? 0;
    particles.failed[index] = particles.failed[particles.count] ?? 0;
  }
  for (let at = 0; at < tracks.length; at += 1) {
    const rate = perSecond[at] ?? 0;
    if (rate <= 0) continue;
    const due = (particles.due[at] ?? 0) - seconds;
    if (due > 0) {
      particles.due[at] = due;
      continue;
    }
    // A little unevenness, so that edges of one rate do not march in step.
    particles.due[at] = (0.75 + 0.5 * random()) / rate;
    if (particles.count >= BUDGET) continue;
    particles.place[particles.count] = 0;
    particles.track[particles.count] = at;
    particles.failed[particles.count] = random() < (tracks[at]?.errorShare ?? 0) ? 1 : 0;
    particles.count += 1;
  }
}

/** Where a particle is: `out[0], out[1]` = x, y of the unzoomed picture. */
export function pointOn(points: Float32Array, place: number, out: Float32Array): void {
  const last = points.length / 2 - 1;
  const at = Math.min(last - 1e-4, Math.max(0, place * last));
  const index = Math.floor(at);
  const share = at - index;
  const x1 = points[index * 2] ?? 0;
  const y1 = points[index * 2 + 1] ?? 0;
  out[0] = x1 + ((points[index * 2 + 2] ?? x1) - x1) * share;
  out[1] = y1 + ((points[index * 2 + 3] ?? y1) - y1) * share;
}
