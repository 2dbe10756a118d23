import type { Cause } from '../../kernel/unit-of-work/cause';
import type { Session, UnitOfWork } from '../../kernel/unit-of-work/unit-of-work';
import { commandMessage, interventionMessage } from './commands';
import { begin, decide, foldSaga, isUndo, withLine, type Command, type Line, type News, type Saga } from './domain/order-saga';
import { sagaIdOf, type SagaLog, type Subject } from './saga-log';

export interface OrchestratorParts {
  readonly log: SagaLog;
  readonly units: UnitOfWork;
  readonly clock: () => number;
  readonly time: (ms: number) => number;
}

/** Carries out the orders that are its own: each piece of news becomes lines of the log, and lines become commands, in one commit. */
export class Orchestrator {
  constructor(private readonly parts: OrchestratorParts) {}

  start(cause: Cause, subject: Subject): Promise<void> {
    const { log, units, clock, time } = this.parts;
    const id = sagaIdOf(subject.orderId);
    return units.run(cause, (session) => {
      if (log.get(id) !== null) return;
      const lines = begin(clock(), time);
      session.also((tx) => log.open(tx, subject, cause.traceparent, clock()));
      this.write(session, id, 0, lines, cause.causationId, subject, foldSaga([]));
    });
  }

  /** News of one saga. Of a saga that is not known, or late, nothing follows. */
  tell(cause: Cause, sagaId: string, news: News): Promise<void> {
    const { log, units, clock, time } = this.parts;
    return units.run(cause, (session) => {
      const known = log.get(sagaId);
      if (known === null) return;
      const lines = decide(known.saga, news, clock(), time);
      if (lines.length > 0) this.write(session, sagaId, known.seq, lines, cause.causationId ?? known.cause, known.subject, known.saga);
      else if (news.kind === 'due') session.also((tx) => log.settle(tx, sagaId, news.command));
    });
  }

  /** A wait is over. The saga's own trace goes on; the cause is what led to the wait. */
  ring(sagaId: string, command: Command): Promise<void> {
    const known = this.parts.log.get(sagaId);
    const cause: Cause = {
      by: 'timer',
      reason: `${command} is due`,
      correlationId: known?.subject.orderId ?? sagaId,
      causationId: known?.cause ?? null,
      traceparent: known?.traceparent ?? null,
    };
    return this.tell(cause, sagaId, { kind: 'due', command });
  }

  private write(
    session: Session,
    id: string,
    expected: number,
    lines: readonly Line[],
    cause: string | null,
    subject: Subject,
    before: Saga,
  ): void {
    const { log, clock } = this.parts;
    session.also((tx) => log.append(tx, id, expected, lines, cause, clock()));
    let saga = before;
    for (const line of lines) {
      saga = withLine(saga, line);
      if (line.step === 'saga') continue;
      if (line.state === 'sent') session.send(commandMessage(line.step, line.attempt, subject, saga));
      if (line.state === 'lost' && isUndo(line.step))
        session.send(interventionMessage(line.step, subject, String(line.data?.reason ?? 'TIMEOUT')));
    }
  }
}
