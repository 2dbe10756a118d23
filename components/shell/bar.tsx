'use client';
import { useState } from 'react';
import type { SessionView } from '@/lib/contract/common';
import { resolveRange, writeRange, type AskedRange } from '@/lib/time/range';
import { formatAxisTime, formatTime } from '@/lib/time/format';
import { Button, Kbd } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Lamp } from '@/components/ui/lamp';
import { Popover } from '@/components/ui/popover';
import { Segmented } from '@/components/ui/segmented';
import { BrokerTag } from '@/components/ui/tags';
import popover from '@/components/ui/popover.module.css';
import { liveFeed, useFeedPart } from '@/components/live/live-feed-hooks';
import { useZone, writePreferences } from '@/components/live/preferences';
import { useUrlBrokers, useUrlRange } from '@/components/live/url-state';
import { useNow } from '@/components/live/use-now';
import { FeedAge } from './feed-age';
import styles from './shell.module.css';

export interface BarProps {
  readonly session: SessionView | undefined;
  readonly onFind: () => void;
}

/** Where we are, what is in view, how old it is. */
export function Bar({ session, onFind }: BarProps) {
  return (
    <header className={styles.bar}>
      {session && (
        <span className={styles.environment} title={`Environment ${session.environment.name}`}>
          <b data-kind={session.environment.kind}>{session.environment.kind.toUpperCase()}</b>
          {session.environment.name.toLowerCase() !== session.environment.kind && (
            <span className="truncate">{session.environment.name}</span>
          )}
        </span>
      )}
      {session && <BrokersInView brokers={session.brokers} />}
      <button type="button" className={styles.find} onClick={onFind} aria-keyshortcuts="Control+K">
        <Icon name="search" size={14} />
        <span className="grow truncate">Find an id, service or channel</span>
        <Kbd>Ctrl K</Kbd>
      </button>
      <span className="grow" />
      <RangeChoice />
      <LiveSwitch />
      <FeedAge />
      <Clock />
    </header>
  );
}

function BrokersInView({ brokers }: { readonly brokers: SessionView['brokers'] }) {
  const [chosen, choose] = useUrlBrokers();
  if (brokers.length === 0) return null;
  const shown = chosen === null ? brokers : brokers.filter((broker) => chosen.includes(broker.name));
  const toggle = (name: string): void => {
    const names = shown.map((broker) => broker.name);
    const next = names.includes(name) ? names.filter((each) => each !== name) : [...names, name];
    choose(next.length === 0 || next.length === brokers.length ? null : next);
  };
  return (
    <Popover
      className="wide-only"
      label={`Brokers in view: ${shown.map((broker) => broker.name).join(', ')}`}
      button={
        <>
          <span className={styles.brokerNames}>
            {shown.slice(0, 2).map((broker) => (
              <BrokerTag key={broker.name} system={broker.system} inProcess={broker.inProcess}>
                {broker.name}
              </BrokerTag>
            ))}
            {shown.length > 2 && <span className="quiet">+{shown.length - 2}</span>}
          </span>
          <Icon name="chevron-down" size={12} />
        </>
      }
    >
      {() => (
        <>
          {brokers.map((broker) => (
            <label key={broker.name} className={popover.item}>
              <input type="checkbox" checked={shown.includes(broker)} onChange={() => toggle(broker.name)} />
              <BrokerTag system={broker.system} inProcess={broker.inProcess}>
                {broker.name}
              </BrokerTag>
              {broker.inProcess && <small className="quiet">in this process</small>}
            </label>
          ))}
          <div className={popover.rule} />
          <button type="button" className={popover.item} onClick={() => choose(null)}>
            All brokers
          </button>
        </>
      )}
    </Popover>
  );
}

const presets: readonly { readonly title: string; readonly ms: number }[] = [
  { title: 'Last 5 min', ms: 5 * 60_000 },
  { title: 'Last 15 min', ms: 15 * 60_000 },
  { title: 'Last 60 min', ms: 60 * 60_000 },
  { title: 'Last 6 h', ms: 6 * 3_600_000 },
  { title: 'Last 24 h', ms: 24 * 3_600_000 },
  { title: 'Last 7 days', ms: 7 * 86_400_000 },
];

const lastMs = (ms: number): AskedRange => ({ from: { kind: 'ago', ms }, to: { kind: 'ago', ms: 0 } });

/** The choice in words: "Last 15 min", or two moments. */
export function rangeTitle(range: AskedRange, zone: 'utc' | 'local', nowMs: number): string {
  const preset = presets.find((each) => JSON.stringify(writeRange(lastMs(each.ms))) === JSON.stringify(writeRange(range)));
  if (preset) return preset.title;
  const { from, to } = resolveRange(range, nowMs * 1000);
  const end = range.to.kind === 'ago' && range.to.ms === 0 ? 'now' : formatAxisTime(to, { zone, now: nowMs * 1000 });
  return `${formatAxisTime(from, { zone, now: nowMs * 1000 })} to ${end}`;
}

function RangeChoice() {
  const [range, setRange] = useUrlRange();
  const zone = useZone();
  const now = useNow(60_000);
  const title = rangeTitle(range, zone, now);
  return (
    <Popover
      align="end"
      label={`Time range: ${title}`}
      button={
        <>
          <Icon name="clock" size={14} />
          <span suppressHydrationWarning>{title}</span>
          <Icon name="chevron-down" size={12} />
        </>
      }
    >
      {(close) => (
        <>
          {presets.map((preset) => (
            <button
              key={preset.ms}
              type="button"
              className={popover.item}
              aria-pressed={preset.title === title}
              onClick={() => {
                setRange(lastMs(preset.ms));
                close();
              }}
            >
              {preset.title}
            </button>
          ))}
          <div className={popover.rule} />
          <FixedRange
            range={range}
            zone={zone}
            onChoose={(next) => {
              setRange(next);
              close();
            }}
          />
        </>
      )}
    </Popover>
  );
}

function FixedRange({
  range,
  zone,
  onChoose,
}: {
  readonly range: AskedRange;
  readonly zone: 'utc' | 'local';
  readonly onChoose: (range: AskedRange) => void;
}) {
  const [start] = useState(() => resolveRange(range, Date.now() * 1000));
  const [from, setFrom] = useState(() => toInput(start.from / 1000, zone));
  const [to, setTo] = useState(() => toInput(start.to / 1000, zone));
  const fromMs = fromInput(from, zone);
  const toMs = fromInput(to, zone);
  const valid = fromMs !== null && toMs !== null && fromMs < toMs;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onChoose({ from: { kind: 'at', at: fromMs * 1000 }, to: { kind: 'at', at: toMs * 1000 } });
      }}
    >
      <div className={popover.pair}>
        <label htmlFor="range-from">From</label>
        <input id="range-from" type="datetime-local" step="1" value={from} onChange={(event) => setFrom(event.target.value)} />
        <label htmlFor="range-to">To</label>
        <input id="range-to" type="datetime-local" step="1" value={to} onChange={(event) => setTo(event.target.value)} />
      </div>
      <div className={popover.foot}>
        <span className="quiet grow">{zone === 'utc' ? 'UTC' : 'local time'}</span>
        <Button type="submit" disabled={!valid}>
          Show
        </Button>
      </div>
    </form>
  );
}

/** The value of a datetime field, in the zone the person reads. */
function toInput(ms: number, zone: 'utc' | 'local'): string {
  const shifted = zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(Math.floor(shifted / 1000) * 1000).toISOString().slice(0, 19);
}

function fromInput(text: string, zone: 'utc' | 'local'): number | null {
  const ms = Date.parse(zone === 'utc' ? `${text}Z` : text);
  return Number.isFinite(ms) ? ms : null;
}

function LiveSwitch() {
  const paused = useFeedPart((feed) => feed.pausedAt !== null);
  return (
    <Segmented
      label="Live or paused"
      value={paused ? 'paused' : 'live'}
      tone={paused ? 'paused' : 'live'}
      onChange={(value) => (value === 'paused' ? liveFeed.pause() : liveFeed.resume())}
      options={[
        {
          value: 'live',
          title: (
            <Lamp kind={paused ? 'idle' : 'ok'} ink>
              Live
            </Lamp>
          ),
          hint: 'The picture moves (P)',
        },
        {
          value: 'paused',
          title: (
            <>
              <Icon name="pause" size={12} />
              Pause
            </>
          ),
          hint: 'The picture stands, events are still taken in (P)',
        },
      ]}
    />
  );
}

function Clock() {
  const now = useNow(1000);
  const zone = useZone();
  const text = now === 0 ? '' : formatTime(now * 1000, { zone, precision: 'seconds' });
  return (
    <button
      type="button"
      className={`${styles.clock} wide-only`}
      title="Switch between UTC and local time, everywhere (U)"
      onClick={() => writePreferences({ zone: zone === 'utc' ? 'local' : 'utc' })}
    >
      <span suppressHydrationWarning>{text}</span> <small>{zone === 'utc' ? 'UTC' : 'local'}</small>
    </button>
  );
}
