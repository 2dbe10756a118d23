import type { ReactNode } from 'react';

/** Our own drawings on a 16 × 16 grid, stroke 1.5, square ends. One look for one thing, everywhere: add here, never beside. */
const drawings = {
  'arrow-right': (
    <>
      <path d="M2 8h11M9.5 4.5 13 8l-3.5 3.5" />
    </>
  ),
  'both-ways': (
    <>
      <path d="M2 5.5h9.5M9.2 3.2 11.7 5.5 9.2 7.8M14 10.5H4.5M6.8 8.2 4.3 10.5l2.5 2.3" />
    </>
  ),
  catalogue: (
    <>
      <path d="M3 2.5h10v11H3zM3 5.8h10M6 8.5h4.5M6 10.9h3" />
    </>
  ),
  check: (
    <>
      <path d="m3 8.5 3.3 3.3L13 4.7" />
    </>
  ),
  'chevron-down': (
    <>
      <path d="m4.5 6.2 3.5 3.6 3.5-3.6" />
    </>
  ),
  'chevron-left': (
    <>
      <path d="M9.8 4.5 6.2 8l3.6 3.5" />
    </>
  ),
  'chevron-right': (
    <>
      <path d="m6.2 4.5 3.6 3.5-3.6 3.5" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.5 1.8" />
    </>
  ),
  close: (
    <>
      <path d="m4 4 8 8M12 4l-8 8" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" />
      <path d="M3 10.5h-.5v-8h8V3" />
    </>
  ),
  'dead-letter-inbox': (
    <>
      <path d="M1.5 3.5h9.5v9H1.5" />
      <path d="M12.8 2.5v11" strokeWidth="2.6" />
    </>
  ),
  'dead-letters': (
    <>
      <path d="M1.5 8h8" />
      <path d="M10.7 2.5v11" strokeWidth="2.4" />
      <path d="M13 4l1.5-1.5M13 8l1.5-1.5M13 12l1.5-1.5" />
    </>
  ),
  download: (
    <>
      <path d="M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11" />
    </>
  ),
  event: (
    <>
      <circle cx="8" cy="8" r="4" fill="currentColor" stroke="none" />
    </>
  ),
  'event-failed': (
    <>
      <path d="M8 2.5 13.5 8 8 13.5 2.5 8z" fill="currentColor" stroke="none" />
    </>
  ),
  'event-retry': (
    <>
      <circle cx="8" cy="8" r="3.5" />
    </>
  ),
  'exchange-direct': (
    <>
      <path d="M1.5 4h13M1.5 12h13M4 8h8M9.8 6l2.2 2-2.2 2" />
    </>
  ),
  'exchange-fanout': (
    <>
      <path d="M1.5 4h13M1.5 12h13M4 8h3l3-2M7 8l3 2M7 8h4" />
    </>
  ),
  'exchange-headers': (
    <>
      <path d="M1.5 4h13M1.5 12h13M6 5.9v4.2M10 5.9v4.2M6 8h4" />
    </>
  ),
  'exchange-other': (
    <>
      <path d="M1.5 4h13M1.5 12h13M5 8h.1M8 8h.1M11 8h.1" strokeWidth="1.7" />
    </>
  ),
  'exchange-topic': (
    <>
      <path d="M1.5 4h13M1.5 12h13M8 5.8v4.4M6 6.9l4 2.2M10 6.9 6 9.1" />
    </>
  ),
  filter: (
    <>
      <path d="M2 3.5h12M4.5 8h7M6.7 12.5h2.6" />
    </>
  ),
  fit: (
    <>
      <path d="M2.5 6v-3.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
    </>
  ),
  flag: (
    <>
      <path d="M3.5 14V2.5h8.5l-2 3 2 3H3.5" />
    </>
  ),
  gap: (
    <>
      <path d="M1.5 8h4M10.5 8h4M5.2 11.5l2-7M8.8 11.5l2-7" />
    </>
  ),
  group: (
    <>
      <path d="M1.5 3.5h9v9h-9" />
      <path d="M12.8 5v6M14.8 6.2v3.6" />
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 6.6c0-2.2 3.5-2.2 3.5 0 0 1.3-1.8 1.3-1.8 2.5" />
      <path d="M8 11.2v.2" strokeWidth="1.7" />
    </>
  ),
  'in-process': (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <circle cx="8" cy="8" r="1.6" fill="currentColor" stroke="none" />
    </>
  ),
  inferred: (
    <>
      <circle cx="8" cy="8" r="6" strokeDasharray="1.8 1.8" />
      <path d="M5 7.2c1.2-1.4 2.3.9 3.2 0s1.7-.9 2.8-.1M5 9.8c1.2-1.4 2.3.9 3.2 0s1.7-.9 2.8-.1" strokeWidth="1.2" />
    </>
  ),
  kafka: (
    <>
      <path d="M2 4h12M2 8h12M2 12h12" />
      <path d="M5.5 2.5v3M10.5 6.5v3M7.5 10.5v3" strokeWidth="2" />
    </>
  ),
  lag: (
    <>
      <path d="M1.5 13.5h13M1.5 3c4 0 4.5 7.5 13 7.5" />
      <path d="M1.5 6.5c3 0 3 7 6 7" opacity=".55" />
    </>
  ),
  link: (
    <>
      <path d="M6.5 9.5 9.5 6.5M7 4.5l1.3-1.3a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.3 1.3a3.2 3.2 0 0 1-4.5-4.5L4.5 7" />
    </>
  ),
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  logo: (
    <>
      <path d="M1.5 4h5l3 4h5M1.5 12h5l3-4M1.5 8h2.5" />
      <circle cx="14" cy="8" r="1.1" fill="currentColor" stroke="none" />
    </>
  ),
  minus: (
    <>
      <path d="M3 8h10" />
    </>
  ),
  pause: (
    <>
      <path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth="2.2" />
    </>
  ),
  pin: (
    <>
      <path d="M5.5 2.5h5M6.5 2.5v4.5l-2.5 3h8l-2.5-3V2.5M8 10v4" />
    </>
  ),
  play: (
    <>
      <path d="M5 3.5v9l7.5-4.5z" fill="currentColor" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10" />
    </>
  ),
  queue: (
    <>
      <path d="M1.5 3.5h11.5v9H1.5" />
      <path d="M5 6v4M8 6v4" />
    </>
  ),
  queues: (
    <>
      <path d="M1.5 3.5h11.5v9H1.5" />
      <path d="M4.5 5.8v4.4M7.2 5.8v4.4M9.9 5.8v4.4" />
    </>
  ),
  rabbitmq: (
    <>
      <circle cx="3.5" cy="8" r="1.7" />
      <path d="M5.2 8H8M8 8l3.2-4.2M8 8h3.4M8 8l3.2 4.2" />
      <path d="M11.2 3.8h2.8M11.4 8H14M11.2 12.2h2.8" />
    </>
  ),
  replay: (
    <>
      <path d="M13.3 8a5.3 5.3 0 1 1-1.7-3.9" />
      <path d="M11.9 1.5v2.8H9.1" />
    </>
  ),
  sagas: (
    <>
      <path d="M1.5 5h10.5M9.7 2.7 12.2 5 9.7 7.3M14.5 11H4M6.3 8.7 3.8 11l2.5 2.3" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 4 4" />
    </>
  ),
  service: (
    <>
      <rect x="2.2" y="3.2" width="11.6" height="9.6" />
      <path d="M2.2 6h11.6" />
    </>
  ),
  settings: (
    <>
      <path d="M1.5 4.5h6.2M11.3 4.5h3.2M1.5 11.5h2.7M7.8 11.5h6.7" />
      <circle cx="9.5" cy="4.5" r="1.8" />
      <circle cx="6" cy="11.5" r="1.8" />
    </>
  ),
  stop: (
    <>
      <rect x="3.5" y="3.5" width="9" height="9" fill="currentColor" />
    </>
  ),
  table: (
    <>
      <path d="M2 3h12v10H2zM2 6.3h12M2 9.7h12M6.5 3v10" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" stroke="none" />
    </>
  ),
  tidy: (
    <>
      <path d="M3 2.5v11M8 2.5v11M13 2.5v11" />
      <path d="M3 5h5M8 10.5h5" strokeWidth="2" />
    </>
  ),
  topic: (
    <>
      <path d="M1.5 4.5h13M1.5 11.5h13" />
      <path d="M4.5 8h7" strokeDasharray="2 1.5" />
    </>
  ),
  topology: (
    <>
      <rect x="1.5" y="2.5" width="4" height="3.5" />
      <rect x="1.5" y="10" width="4" height="3.5" />
      <rect x="10.5" y="6.2" width="4" height="3.5" />
      <path d="M5.5 4.2h2.2l2.8 3.7M5.5 11.8h2.2l2.8-3.7" />
    </>
  ),
  traces: (
    <>
      <path d="M1.5 3.5h6M4.5 6.5h7M7.5 9.5h4M9.5 12.5h5" strokeWidth="2" />
    </>
  ),
  'unknown-service': (
    <>
      <rect x="2.2" y="2.7" width="11.6" height="10.6" strokeDasharray="2 1.6" />
      <path d="M6.3 6.6c0-2.2 3.5-2.2 3.5 0 0 1.3-1.8 1.3-1.8 2.7" />
      <path d="M8 11.2v.2" strokeWidth="1.7" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

export interface IconProps {
  readonly name: IconName;
  /** Pixels, square. */
  readonly size?: number;
  readonly className?: string;
  /** Only where no word stands beside it. */
  readonly label?: string;
}

export function Icon({ name, size = 16, className, label }: IconProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="square"
      strokeLinejoin="miter"
      className={className}
      display="block"
      style={{ flex: 'none' }}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
    >
      {drawings[name]}
    </svg>
  );
}
