import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { EventDetail } from '@/lib/contract/traces';
import { anEvent } from '@/lib/events/event.fixture';
import { toEventRow } from '@/lib/events/event-row';
import { EventFacts } from './event-facts';

const event = anEvent();
const aDetail = (given: Partial<EventDetail> = {}): EventDetail => ({
  row: toEventRow(event),
  version: null,
  sourceEvidence: null,
  conversationId: null,
  sagaId: null,
  replyTo: null,
  framework: 'event-headers',
  why: [{ field: 'type', from: 'header event-type (event headers)' }],
  losers: [],
  contexts: [],
  baggage: [],
  headers: [],
  contentType: null,
  contentEncoding: null,
  body: { kind: 'none', text: null, bytes: '', size: 0, storedSize: 0, problem: null },
  schema: null,
  bodyProblem: null,
  failure: null,
  deadLetters: [],
  inboxes: [],
  ...given,
});

it('[G53] [G55] [G62] shows why, what was said and not taken, the schema with its problem, and baggage', () => {
  render(
    <EventFacts
      tab="why"
      detail={aDetail({
        losers: [{ field: 'messageId', from: 'body id (envelope id/type/data)', value: 'b-1' }],
        schema: { id: 103, type: 'AVRO', subject: 'orders-value', version: 3, problem: 'The registry was gone.', breaks: null },
        bodyProblem: 'There was no time to decode it.',
        baggage: [{ name: 'tenant', value: '<b>t</b>', from: 'baggage' }],
      })}
    />,
  );
  for (const text of [
    'header event-type (event headers)',
    'Also said, and not taken',
    'b-1',
    'body id (envelope id/type/data)',
    'orders-value version 3, Avro, id 103',
    'The registry was gone.',
    'There was no time to decode it.',
    '<b>t</b>',
  ])
    expect(screen.getByText(text)).toBeInTheDocument();
});

it('[G53] what was not said has no section', () => {
  render(<EventFacts tab="why" detail={aDetail()} />);
  for (const title of ['Also said, and not taken', 'Schema of the body', 'Baggage of the trace', 'The body was not looked into'])
    expect(screen.queryByText(title)).toBeNull();
});

it('[G71] shows a key that was written with a schema decoded, with its schema and its bytes; where it cannot be, what it looks like and why', () => {
  const schema = { id: 104, type: 'AVRO', subject: 'orders-key', version: 2, problem: null, breaks: null } as const;
  const row = { ...toEventRow(event), key: '0x000000006806ff2d31' };
  const decodedKey = { text: 'line-7', bytes: row.key, problem: null, schema };
  const { rerender } = render(<EventFacts tab="summary" detail={aDetail({ row, decodedKey })} />);
  for (const text of ['line-7', 'orders-key version 2, Avro, id 104', row.key]) expect(screen.getByText(text)).toBeInTheDocument();
  const problem = 'The schema 104 is not known: the schema registry does not answer.';
  const unknown = { ...schema, type: null, subject: null, version: null, problem };
  rerender(<EventFacts tab="summary" detail={aDetail({ row, decodedKey: { text: null, bytes: row.key, problem, schema: unknown } })} />);
  for (const text of [row.key, 'id 104', problem]) expect(screen.getByText(text)).toBeInTheDocument();
  expect(screen.queryByText('line-7')).toBeNull();
});
