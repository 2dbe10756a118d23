import type { TapCard } from '@/lib/contract/taps';
import type { Micros } from '@/lib/events/names';
import type { Broker } from '../../brokers/broker';
import type { Pictures } from '../pictures';
import type { TapLoop } from './tap-loop';
import type { TapMeter } from './tap-meter';

/** One tap as a person sees it: its state, its numbers, and what is known of its broker. */
export function toTapCard(loop: TapLoop, broker: Broker, meter: TapMeter, pictures: Pictures, now: Micros): TapCard {
  const state = loop.state();
  const { picture } = pictures.view;
  const missing = pictures.problem === null ? [] : [{ part: 'picture', reason: pictures.problem }];
  return {
    tap: loop.tap,
    broker: broker.name,
    system: broker.system,
    inProcess: broker.inProcess,
    status: state.status,
    problem: state.problem,
    since: state.since,
    nextTryAt: state.nextTryAt,
    channels: state.channels,
    notes: state.notes,
    rate: meter.rate(now),
    behindMs: meter.behindMs,
    stored: meter.stored,
    gaps: meter.gaps,
    pictureAt: picture?.at ?? null,
    product: picture?.product ?? null,
    missing: [...missing, ...(picture?.missing ?? [])],
  };
}
