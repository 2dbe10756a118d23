import type { SessionView } from '@/lib/contract/common';
import type { OwnRule } from '@/lib/events/recognise/own-rules';
import type { SagaDefinition } from '@/lib/sagas/saga';

/** What the web half has to know of the configuration; made by the process's start, never read from the environment here. */
export interface WebSettings {
  readonly environment: SessionView['environment'];
  readonly brokers: SessionView['brokers'];
  /** Host names besides the loopback ones, with or without port. */
  readonly allowedHosts: readonly string[];
  readonly port: number;
  readonly sagas: readonly SagaDefinition[];
  readonly demo: boolean;
  /** Client id, connection name, group, queue or source → service. */
  readonly serviceNames: Readonly<Record<string, string>>;
  /** A user's own rules of recognition, to show what else a record said. */
  readonly rules: readonly OwnRule[];
  /** Next's development server evaluates code and opens a socket of its own: its pages need a looser policy. */
  readonly development?: boolean;
}
