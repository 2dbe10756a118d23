import Link from 'next/link';
import type { BrokerName, BrokerSystem, Evidence, InboxName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
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
}

/** The inboxes an event went to, each with how we know, and the way to its lag or depth. */
export function InboxList({ broker, system, inboxes }: InboxListProps) {
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
          <span className="quiet" title={evidenceTitle[evidence]}>
            {evidenceWords[evidence]}
          </span>
        </li>
      ))}
    </ul>
  );
}
