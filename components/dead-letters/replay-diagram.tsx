import type { BrokerSystem } from '@/lib/events/names';
import type { ReplayPlanItem } from '@/lib/contract/dead-letters';
import { replayRoute, routeWords } from '@/lib/dead-letters/replay-route';
import styles from './dead-letters.module.css';

const WIDTH = 720;
const GAP = 62;
const PLATE = 44;

/** Who receives it: solid is where it is meant to go, hollow is who gets it as well. */
export function ReplayDiagram({
  item,
  system,
  lettersPlace,
}: {
  readonly item: ReplayPlanItem;
  readonly system: BrokerSystem;
  readonly lettersPlace: string;
}) {
  const route = replayRoute(item, lettersPlace);
  const known = route.receivers.some((receiver) => receiver.intended);
  const count = Math.max(1, route.receivers.length);
  const height = 34 + count * GAP + (route.more > 0 ? 22 : 0);
  const top = (index: number): number => 30 + index * GAP;
  const middle = (index: number): number => top(index) + PLATE / 2;
  const hue = system === 'kafka' ? 'var(--kafka)' : 'var(--rabbit)';
  const startX = 189;
  const throughX = 242;
  const inboxX = 472;
  return (
    <svg
      className={styles.diagram}
      width={WIDTH}
      height={height}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={`From ${route.from}. ${routeWords(item)}`}
    >
      <g aria-hidden="true">
        <Caption x={0}>From</Caption>
        {route.through && <Caption x={throughX}>Through</Caption>}
        <Caption x={inboxX}>Inbox</Caption>
        {route.receivers.map((receiver, index) => {
          const from = route.through ? throughX + 168 : startX;
          const d = `M${from} ${middle(0)}C${(from + inboxX) / 2} ${middle(0)} ${(from + inboxX) / 2} ${middle(index)} ${inboxX - 6} ${middle(index)}`;
          return receiver.intended ? (
            <g key={receiver.inbox}>
              <path d={d} fill="none" stroke="var(--ink-1)" strokeWidth="3" />
              <path d={`M${inboxX - 9} ${middle(index) - 6}l9 6-9 6z`} fill="var(--ink-1)" />
            </g>
          ) : (
            <g key={receiver.inbox}>
              <path d={d} fill="none" stroke={hue} strokeWidth="4.4" opacity=".6" />
              <path d={d} fill="none" stroke="var(--surface-1)" strokeWidth="2.2" />
            </g>
          );
        })}
        {route.through && <path d={`M${startX} ${middle(0)}H${throughX - 4}`} stroke="var(--ink-1)" strokeWidth="3" />}
        <g>
          <path d={`M0 ${top(0)}h180M0 ${top(0) + PLATE}h180`} stroke={hue} strokeWidth="1.3" />
          <rect x="180" y={top(0) - 4} width="7" height={PLATE + 8} fill="var(--bad)" />
          <Words
            x={10}
            y={middle(0)}
            title={route.from}
            note={item.afterwards === 'taken' ? 'leaves it after the confirm' : 'stays, is marked replayed'}
          />
        </g>
        {route.through && (
          <g>
            <rect x={throughX} y={top(0)} width="168" height={PLATE} fill="var(--surface-1)" />
            <path d={`M${throughX} ${top(0) + 1}h168M${throughX} ${top(0) + PLATE - 1}h168`} stroke={hue} strokeWidth="3" />
            <Words
              x={throughX + 10}
              y={middle(0)}
              title={route.through.channel}
              note={route.through.routingKey === null ? (system === 'kafka' ? 'topic' : 'exchange') : `key ${route.through.routingKey}`}
            />
          </g>
        )}
        {route.receivers.map((receiver, index) => (
          <g key={receiver.inbox}>
            <path
              d={`M${inboxX} ${top(index)}h240v${PLATE}h-240`}
              fill={receiver.intended ? (system === 'kafka' ? 'var(--kafka-wash)' : 'var(--rabbit-wash)') : 'none'}
              stroke={hue}
              strokeWidth={receiver.intended ? 1.8 : 1.2}
              strokeDasharray={receiver.intended ? undefined : '4 3'}
            />
            <rect x={inboxX + 238} y={top(index)} width="4" height={PLATE} fill={hue} />
            <Words
              x={inboxX + 10}
              y={middle(index)}
              title={receiver.title}
              note={receiver.intended ? 'where it failed' : known ? 'receives it as well' : 'receives it'}
              strong={receiver.intended}
            />
          </g>
        ))}
        {route.receivers.length === 0 && <Words x={inboxX} y={middle(0)} title="unknown" note="nobody is known to read there" />}
        {route.more > 0 && (
          <text x={inboxX} y={height - 8}>
            and {route.more} more
          </text>
        )}
      </g>
    </svg>
  );
}

const Caption = ({ x, children }: { readonly x: number; readonly children: string }) => (
  <text x={x} y={14} style={{ fill: 'var(--ink-3)', fontWeight: 550 }}>
    {children}
  </text>
);

function Words({
  x,
  y,
  title,
  note,
  strong = true,
}: {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly note: string;
  readonly strong?: boolean;
}) {
  return (
    <>
      <text x={x} y={y - 3} style={{ fontSize: 12.5, fontWeight: strong ? 550 : 400, fill: 'var(--ink-1)' }}>
        {title.length > 26 ? `${title.slice(0, 25)}…` : title}
        <title>{title}</title>
      </text>
      <text x={x} y={y + 13} style={{ fill: 'var(--ink-3)' }}>
        {note.length > 32 ? `${note.slice(0, 31)}…` : note}
      </text>
    </>
  );
}
