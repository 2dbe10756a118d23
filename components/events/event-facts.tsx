import Link from 'next/link';
import type { ReactNode } from 'react';
import type { EventConsumption } from '@/lib/contract/trace-story';
import type { EventDetail } from '@/lib/contract/traces';
import type { InboxName } from '@/lib/events/names';
import { publishCurl } from '@/lib/events/as-curl';
import { CopyButton, CopyId } from '@/components/ui/copy-id';
import { KeyValues } from '@/components/ui/figure';
import { PanelSection } from '@/components/ui/panel';
import { Time } from '@/components/ui/time';
import { BodyView } from './body-view';
import { DiffView } from './diff-view';
import { FailureView } from './failure-view';
import { HeadersView } from './headers-view';
import { InboxList } from './inbox-list';
import styles from './events.module.css';

export type EventTab = 'summary' | 'headers' | 'body' | 'diff' | 'why';
export const eventTabs: readonly EventTab[] = ['summary', 'headers', 'body', 'diff', 'why'];

export interface EventFactsProps {
  readonly detail: EventDetail;
  readonly tab: EventTab;
  /** Stands above everything else in the summary: what the screen around it knows of this event. */
  readonly about?: ReactNode;
  readonly consumptionOf?: (inbox: InboxName) => EventConsumption | null;
}

/** Everything known about one event, a tab at a time. */
export function EventFacts({ detail, tab, about, consumptionOf }: EventFactsProps) {
  switch (tab) {
    case 'summary':
      return <Summary detail={detail} about={about} {...(consumptionOf && { consumptionOf })} />;
    case 'headers':
      return (
        <PanelSection>
          <HeadersView headers={detail.headers} />
        </PanelSection>
      );
    case 'body':
      return (
        <PanelSection>
          <BodyView key={detail.row.id} body={detail.body} contentType={detail.contentType} contentEncoding={detail.contentEncoding} full />
        </PanelSection>
      );
    case 'diff':
      return <DiffView key={detail.row.id} detail={detail} />;
    case 'why':
      return <WhyTab detail={detail} />;
  }
}

function Summary({ detail, about, consumptionOf }: Omit<EventFactsProps, 'tab'>) {
  const { row } = detail;
  return (
    <>
      {about}
      {detail.failure && (
        <PanelSection title="Failure">
          <FailureView failure={detail.failure} />
        </PanelSection>
      )}
      <PanelSection title={row.deadLetter ? 'Where the letter went' : 'Where it went'}>
        <InboxList
          broker={row.broker}
          system={row.system}
          inboxes={detail.inboxes.length > 0 ? detail.inboxes : row.inboxes}
          {...(consumptionOf && { consumptionOf })}
        />
        <p className={styles.said}>
          {row.system === 'rabbitmq'
            ? 'RabbitMQ does not tell when a message was taken; what followed from it shows that it was.'
            : 'The topic is read by each of these groups; a group may be further on or behind.'}
        </p>
      </PanelSection>
      <PanelSection title="Identity">
        <KeyValues items={identityOf(detail)} />
      </PanelSection>
      <PanelSection title="As a command">
        <div className="row">
          <CopyButton text={publishCurl(detail)}>Copy as curl</CopyButton>
          <span className="quiet">publishes it again; address and password are yours to set</span>
        </div>
      </PanelSection>
      {row.bodySize <= 4096 && (
        <PanelSection title="Body">
          <BodyView key={row.id} body={detail.body} contentType={detail.contentType} contentEncoding={detail.contentEncoding} />
        </PanelSection>
      )}
    </>
  );
}

type Fact = readonly [string, ReactNode, { readonly wrap?: boolean; readonly title?: string }?];

function identityOf({ row, ...detail }: EventDetail): Fact[] {
  const id = (title: string, value: string | null): Fact[] =>
    value === null || value === '' ? [] : [[title, <CopyId key={title} value={value} />]];
  const place: Fact[] =
    row.system === 'kafka'
      ? [['Partition, offset', <span key="place" className="num">{`${row.partition ?? 'unknown'}, ${row.offset ?? 'unknown'}`}</span>]]
      : [
          [
            'Routing key',
            row.routingKey === null || row.routingKey === '' ? (
              <span key="key" className="quiet">
                empty
              </span>
            ) : (
              <code key="key">{row.routingKey}</code>
            ),
          ],
        ];
  return [
    ['Type', row.type === null ? 'not said' : <code key="type">{row.type}</code>],
    ...(detail.version === null ? [] : [['Version', detail.version] as Fact]),
    ['Source', row.source === null ? 'unknown producer' : `${row.source}${sourceWords[detail.sourceEvidence ?? 'seen']}`],
    ['Broker', row.broker],
    [row.system === 'kafka' ? 'Topic' : 'Exchange', row.channel === '' ? 'default exchange' : row.channel],
    ...place,
    ...keyFacts(row.key, detail.decodedKey ?? null),
    ['Published', <Time key="published" at={row.publishedAt} precision="micros" by={row.publishedAtBy} />],
    ['Seen by us', <Time key="seen" at={row.observedAt} precision="micros" by="tap" />],
    ...id('Message id', row.messageId),
    ...(row.traceId === null ? [] : [['Trace', <TraceLink key="trace" id={row.traceId} />] as Fact]),
    ...id('Span', row.spanId),
    ...id('Parent span', row.parentSpanId),
    ...id('Correlation id', row.correlationId),
    ...id('Causation id', row.causationId),
    ...id('Conversation id', detail.conversationId),
    ...id('Saga id', detail.sagaId),
    ...id('Reply to', detail.replyTo),
    ...row.businessKeys.flatMap(({ name, value }) => id(name, value)),
    ...(row.attempt === null ? [] : [['Attempt', String(row.attempt)] as Fact]),
    ...id('Replay', row.replayId),
    ...id('Event id', row.id),
  ];
}

/** [G71] A key that was written with a schema: what it says, by which schema, and its bytes beside. */
function keyFacts(key: string | null, decoded: EventDetail['decodedKey'] | null): Fact[] {
  const fact = (title: string, value: string | null): Fact[] =>
    value === null || value === '' ? [] : [[title, <CopyId key={title} value={value} />]];
  if (decoded === null || decoded === undefined) return fact('Key', key);
  const { text, bytes, schema, problem } = decoded;
  const said = [problem, schema?.problem ?? null, schema?.breaks?.length ? `It breaks its schema: ${schema.breaks.join('; ')}.` : null];
  const notes = [...new Set(said.filter((one) => one !== null))];
  return [
    ...fact('Key', text ?? key),
    ...(schema === null ? [] : [['Schema of the key', schemaText(schema), { wrap: true }] as Fact]),
    ...(notes.length === 0 ? [] : [['About the key', notes.join(' '), { wrap: true }] as Fact]),
    ...(text === null ? [] : fact('Key, bytes', bytes)),
  ];
}

const sourceWords = { seen: '', declared: ', as your rule says of this channel', inferred: ', inferred from a client name' } as const;

const TraceLink = ({ id }: { readonly id: string }) => (
  <Link className={`${styles.link} mono`} href={`/traces/${encodeURIComponent(id)}`} prefetch={false}>
    {id}
  </Link>
);

/** `orders-value version 3, Avro, id 103`. */
function schemaText({ id, type, subject, version }: NonNullable<EventDetail['schema']>): string {
  const name = subject === null ? null : version === null ? subject : `${subject} version ${version}`;
  return [name, type === null ? null : schemaTitle[type], id === null ? null : `id ${id}`].filter((part) => part !== null).join(', ');
}

const breaksText = (breaks: readonly string[]): string =>
  breaks.length === 0 ? 'The body keeps to it.' : `The body breaks it: ${breaks.join('; ')}.`;

const schemaTitle = { AVRO: 'Avro', PROTOBUF: 'Protobuf', JSON: 'JSON Schema' } as const;

function WhyTab({ detail }: { readonly detail: EventDetail }) {
  return (
    <>
      <PanelSection title="Recognised as">
        <p>{detail.framework ?? 'No known envelope or framework: fields were taken from headers and body one by one.'}</p>
      </PanelSection>
      {detail.bodyProblem !== null && (
        <PanelSection title="The body was not looked into">
          <p>{detail.bodyProblem}</p>
        </PanelSection>
      )}
      {detail.schema !== null && (
        <PanelSection title="Schema of the body">
          <p>{schemaText(detail.schema)}</p>
          {detail.schema.problem !== null && <p className={styles.said}>{detail.schema.problem}</p>}
          {detail.schema.breaks !== null && <p className={styles.said}>{breaksText(detail.schema.breaks)}</p>}
        </PanelSection>
      )}
      <PanelSection title="Where each field came from">
        {detail.why.length === 0 ? (
          <p className={styles.said}>Nothing in headers or body was recognised.</p>
        ) : (
          <KeyValues items={detail.why.map(({ field, from }) => [field, from, { wrap: true }])} />
        )}
      </PanelSection>
      {detail.losers.length > 0 && (
        <PanelSection title="Also said, and not taken">
          <ul className={styles.contexts}>
            {detail.losers.map(({ field, from, value }) => (
              <li key={`${field} ${from}`}>
                <b>{field}</b> <span className="mono">{value}</span>
                <div className="quiet">{from}</div>
              </li>
            ))}
          </ul>
        </PanelSection>
      )}
      <PanelSection title="Trace contexts that were found">
        {detail.contexts.length === 0 ? (
          <p className={styles.said}>None. It is in a trace only where another id joins it.</p>
        ) : (
          <ul className={styles.contexts}>
            {detail.contexts.map((context, index) => (
              <li key={index}>
                <b>{context.system}</b> from <code>{context.from}</code>
                {context.origin && ', origin: where the event was first made'}
                <div className="mono quiet">
                  {context.traceId}
                  {context.spanId ? ` / ${context.spanId}` : ''}
                </div>
              </li>
            ))}
          </ul>
        )}
      </PanelSection>
      {detail.baggage.length > 0 && (
        <PanelSection title="Baggage of the trace">
          <ul className={styles.contexts}>
            {detail.baggage.map(({ name, value, from }, index) => (
              <li key={index}>
                <b>{name}</b> <span className="mono">{value}</span> <span className="quiet">from {from}</span>
              </li>
            ))}
          </ul>
        </PanelSection>
      )}
    </>
  );
}
