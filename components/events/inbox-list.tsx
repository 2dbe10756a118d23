import Link from 'next/link';
import type { BrokerName, BrokerSystem, Evidence, InboxName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import type { EventConsumption } from '@/lib/contract/trace-story';
import { formatExact } from '@/lib/time/format';
import { Lamp } from '@/components/ui/lamp';
import { Time } from '@/components/ui/time';
import { InboxTag } from '@/components/ui/tags';
import styles from './events.module.css';

/** Where an inbox's own screen is. */
export const inboxHref = (system: BrokerSystem, broker: BrokerName, inbox: InboxName): string =>
  `/${system === 'kafka' ? 'lag' : 'queues'}/${encodeURIComponent(broker)}/${encodeURIComponent(inbox)}`;

export const evidenceWords: Record<Evidence, string> = { seen: 'seen', declared: 'declared', inferred: 'inferred' };

const evidenceTitle: Record<Evidence, string> = {
  seen: 'Known from the traffic itself',
  declared: 'The broker declares it: a binding, or a group on the topic',
  inferred: 'Concluded from headers or order, not seen',
};

export interface InboxListProps {
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly inboxes: readonly { readonly inbox: InboxName; readonly evidence: Evidence }[];
  /** Who is past it, where that was concluded. */
  readonly consumptionOf?: (inbox: InboxName) => EventConsumption | null;
}

/** The inboxes an event went to, each with how we know, and the way to its lag or depth. */
export function InboxList({ broker, system, inboxes, consumptionOf }: InboxListProps) {
  if (inboxes.length === 0) {
    return (
      <p className={styles.said}>
        {system === 'kafka'
          ? 'No group is known on this topic.'
          : 'No queue is known to have got it: nothing was bound for its routing key.'}
      </p>
    );
  }
  return (
    <ul className={styles.inboxes}>
      {inboxes.map(({ inbox, evidence }) => (
        <li key={inbox}>
          <Link href={inboxHref(system, broker, inbox)} prefetch={false}>
            <InboxTag system={system}>{groupOfInbox(inbox).group}</InboxTag>
          </Link>
          <InboxState consumption={consumptionOf?.(inbox) ?? null} evidence={evidence} />
        </li>
      ))}
    </ul>
  );
}

function InboxState({ consumption, evidence }: { readonly consumption: EventConsumption | null; readonly evidence: Evidence }) {
  if (consumption === null || consumption.state === 'unknown') {
    return (
      <span className="quiet" title={consumption?.why ?? evidenceTitle[evidence]}>
        {consumption === null ? evidenceWords[evidence] : 'unknown'}
      </span>
    );
  }
  const { state, from, to, behind, why } = consumption;
  return (
    <span className={styles.inboxState} title={`${why}\n${evidenceTitle[evidence]}`}>
      {state === 'consumed-between' ? (
        <Lamp kind="ok" ink>
          {from === null ? (
            <>
              before <Time at={to} precision="millis" />
            </>
          ) : (
            <>
              <Time at={from} /> to <Time at={to} />
            </>
          )}
        </Lamp>
      ) : state === 'not-yet' ? (
        <Lamp kind="warn" ink>
          not yet{behind === null ? '' : `, ${formatExact(behind)} behind`}
        </Lamp>
      ) : state === 'no-members' ? (
        <Lamp kind="bad" ink>
          nobody reads{behind === null ? '' : `, ${formatExact(behind)} wait`}
        </Lamp>
      ) : state === 'dead-lettered' ? (
        <Lamp kind="bad" ink>
          dead letter
        </Lamp>
      ) : (
        <Lamp kind="off">skipped or consumed</Lamp>
      )}
    </span>
  );
}
