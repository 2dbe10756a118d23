/**
 * What goes wrong on purpose, as shares of orders (0…1), and how slow things are. A world's faults are fixed while it runs; the demo switches
 * between named ones.
 */
export interface Faults {
  readonly paymentDeclined: number;
  /** Payment never answers: the saga gets stuck. */
  readonly paymentSilent: number;
  readonly outOfStock: number;
  /** The mail server refuses: the notification dies after its attempts. */
  readonly mailRefused: number;
  /** A body that nobody can read. */
  readonly poison: number;
  readonly analyticsMs: number;
  /** The mail consumer takes nothing: its queue fills. */
  readonly mailPaused: boolean;
}

export const SCENARIOS = {
  mixed: {
    paymentDeclined: 0.08,
    paymentSilent: 0.02,
    outOfStock: 0.04,
    mailRefused: 0.04,
    poison: 0.01,
    analyticsMs: 60,
    mailPaused: false,
  },
  'happy-path': { paymentDeclined: 0, paymentSilent: 0, outOfStock: 0, mailRefused: 0, poison: 0, analyticsMs: 0, mailPaused: false },
  'payment-failure': {
    paymentDeclined: 0.5,
    paymentSilent: 0,
    outOfStock: 0,
    mailRefused: 0,
    poison: 0,
    analyticsMs: 0,
    mailPaused: false,
  },
  'stuck-saga': { paymentDeclined: 0, paymentSilent: 0.3, outOfStock: 0, mailRefused: 0, poison: 0, analyticsMs: 0, mailPaused: false },
  'poison-message': {
    paymentDeclined: 0,
    paymentSilent: 0,
    outOfStock: 0,
    mailRefused: 0.1,
    poison: 0.2,
    analyticsMs: 0,
    mailPaused: false,
  },
  'slow-consumer': { paymentDeclined: 0, paymentSilent: 0, outOfStock: 0, mailRefused: 0, poison: 0, analyticsMs: 400, mailPaused: false },
  'outage-and-recover': {
    paymentDeclined: 0,
    paymentSilent: 0,
    outOfStock: 0,
    mailRefused: 0,
    poison: 0,
    analyticsMs: 0,
    mailPaused: true,
  },
} as const satisfies Readonly<Record<string, Faults>>;

export type Scenario = keyof typeof SCENARIOS;

export const isScenario = (name: string): name is Scenario => name in SCENARIOS;
