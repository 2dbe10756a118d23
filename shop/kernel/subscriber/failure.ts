import type { Binding } from '../bindings';
import { causeOf } from '../death-headers';
import type { HostLog, HostMetrics } from '../host-needs';
import type { DeadLetterStore } from '../service-host';

export interface BurialParts {
  readonly binding: Binding;
  readonly log: HostLog;
  readonly metrics: HostMetrics;
  readonly deadLetters?: DeadLetterStore;
  readonly clock: () => number;
}

/** What is written down of a message that is given up: a row, a line, a number; never what it says. */
export async function recordDeath(
  { binding, log, metrics, deadLetters, clock }: BurialParts,
  message: { readonly id: string; readonly type: string },
  error: unknown,
  attempts: number,
): Promise<void> {
  const { name, message: detail } = causeOf(error);
  metrics.deadLetter(name);
  log.error({ inbox: binding.inbox, eventId: message.id, type: message.type, cause: name, attempts }, 'a message is given up');
  try {
    const letter = { consumer: binding.inbox, eventId: message.id, type: message.type, cause: name, detail, attempts, at: clock() };
    await deadLetters?.add(letter);
  } catch (failed) {
    log.error({ inbox: binding.inbox, cause: (failed as Error).name }, 'a dead letter could not be written down');
  }
}
