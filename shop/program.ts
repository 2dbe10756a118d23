import type { Connect } from './transport/port';
import type { World } from './world';

/** A broker inside this process, which somebody hands in. */
export interface InProcessBrokers {
  readonly connect: Connect;
  readonly restartBroker: World['restartBroker'];
}

export interface Program {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly inProcess?: InProcessBrokers;
  /** Starts a real broker anew, where somebody can. */
  readonly restartRealBroker?: World['restartBroker'];
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** With `--services`: they are up. */
  readonly isUp?: () => void;
  /** Ends the run in good order: intake, drain, flush, close. */
  readonly signal: AbortSignal;
}
