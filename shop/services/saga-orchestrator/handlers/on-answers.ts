import type { Handler, Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import { STEPS, UNDO, type Command } from '../domain/order-saga';
import type { Orchestrator } from '../orchestrator';
import { sagaIdOf } from '../saga-log';

/** Answers to commands. One that comes twice, or after the saga has gone on, changes nothing. */
export function answerHandlers(orchestrator: Orchestrator): Handlers {
  const onAnswer =
    (command: Command, ok: boolean): Handler =>
    async (event, context) => {
      // A command's answer carries the command's saga; what the orchestrator does next has its own step.
      const { saga: _, ...cause } = causedBy(event, context);
      const { orderId, ...data } = event.data;
      await orchestrator.tell(cause, event.saga?.id ?? sagaIdOf(String(orderId)), { kind: 'answer', command, ok, data });
    };
  return Object.fromEntries(
    [...STEPS, ...Object.values(UNDO)].flatMap((command) => [
      [`${command}.ok`, onAnswer(command, true)],
      [`${command}.failed`, onAnswer(command, false)],
    ]),
  );
}
