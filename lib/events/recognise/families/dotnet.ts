import type { Family } from '../table';
import { readActivity } from './tracers';

/** `urn:message:Shop:Placed;urn:…` → `Shop:Placed`. */
const firstUrn = (text: string): string => (text.split(';', 1)[0] as string).trim().replace(/^urn:message:/, '');
/** `Shop.Placed, Shop.Contracts, Version=1.0.0.0;…` → `Shop.Placed`. */
const clrName = (text: string): string => (text.split(/[;,]/, 1)[0] as string).trim();
/** `rabbitmq://host/vhost/queue?durable=true` → `queue`. */
function lastOfAddress(text: string): string {
  const query = text.indexOf('?');
  let end = query < 0 ? text.length : query;
  while (end > 0 && text[end - 1] === '/') end--;
  const name = text.slice(text.lastIndexOf('/', end - 1) + 1, end);
  return name.includes('%') ? decode(name) : name;
}
/** `Billing@machine` → `Billing`. */
const beforeAt = (text: string): string => text.split('@', 1)[0] as string;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const massTransitFailure: Family['failure'] = {
  detect: ['mt-fault-exceptiontype', 'mt-fault-message', 'mt-reason'],
  marksDeadLetter: true,
  cause: ['mt-fault-exceptiontype'],
  message: ['mt-fault-message'],
  stack: ['mt-fault-stacktrace'],
  reason: ['mt-reason'],
  count: ['mt-fault-retrycount', 'mt-fault-redeliverycount'],
  group: ['mt-fault-inputaddress'],
  clean: { group: lastOfAddress },
};

/** The envelope as the body. */
export const massTransit: Family = {
  name: 'masstransit',
  title: 'MassTransit envelope',
  framework: true,
  detect: { body: { all: ['messageType', 'message'], oneOf: ['messageId', 'conversationId', 'destinationAddress', 'sourceAddress'] } },
  body: {
    messageId: ['messageId', 'requestId'],
    type: ['messageType.0'],
    source: ['sourceAddress', 'host.processName'],
    correlationId: ['correlationId', 'requestId'],
    conversationId: ['conversationId'],
    causationId: ['initiatorId'],
    publishedAt: ['sentTime'],
    replyTo: ['responseAddress'],
    retries: ['headers.MT-Redelivery-Count'],
  },
  clean: { type: firstUrn, source: lastOfAddress, replyTo: lastOfAddress },
  keysIn: ['message'],
  // Transports without headers of their own carry the activity in the envelope.
  contexts: ['headers.MT-Activity-Id', 'headers.Diagnostic-Id', 'headers.traceparent'].map((path) => ({
    system: 'ids',
    in: 'body',
    from: [path],
    read: ([text]) => readActivity(text ?? ''),
  })),
};

/** Without an envelope everything is in headers; beside one, its error queue's account is. */
export const massTransitHeaders: Family = {
  name: 'masstransit-headers',
  title: 'MassTransit headers',
  framework: true,
  detect: {
    headers: [
      'mt-messagetype',
      'mt-source-address',
      'mt-host-info',
      'mt-host-machinename',
      'mt-reason',
      'mt-fault-exceptiontype',
      'mt-originalmessageid',
      'mt-initiatorid',
    ],
  },
  headers: {
    messageId: ['messageid', 'transportmessageid', 'mt-originalmessageid'],
    type: ['mt-messagetype', 'mt-fault-messagetype'],
    source: ['mt-source-address'],
    correlationId: ['correlationid', 'requestid'],
    conversationId: ['conversationid', 'mt-initiatingconversationid'],
    causationId: ['mt-initiatorid'],
    replyTo: ['mt-response-address'],
    retries: ['mt-redelivery-count'],
  },
  clean: { type: firstUrn, source: lastOfAddress, replyTo: lastOfAddress },
  failure: massTransitFailure,
};

export const nServiceBus: Family = {
  name: 'nservicebus',
  title: 'NServiceBus',
  framework: true,
  detect: { headers: ['nservicebus.messageid', 'nservicebus.enclosedmessagetypes', 'nservicebus.messageintent', 'nservicebus.failedq'] },
  headers: {
    messageId: ['nservicebus.messageid'],
    type: ['nservicebus.enclosedmessagetypes'],
    source: ['nservicebus.originatingendpoint'],
    correlationId: ['nservicebus.correlationid', 'corrid'],
    conversationId: ['nservicebus.conversationid'],
    causationId: ['nservicebus.relatedto'],
    sagaId: ['nservicebus.sagaid', 'nservicebus.originatingsagaid'],
    replyTo: ['nservicebus.replytoaddress'],
    retries: ['nservicebus.retries', 'nservicebus.flretries'],
    publishedAt: ['nservicebus.timesent'],
    contentType: ['nservicebus.contenttype'],
  },
  clean: { type: clrName },
  failure: {
    detect: ['nservicebus.failedq', 'nservicebus.exceptioninfo.exceptiontype'],
    marksDeadLetter: true,
    cause: ['nservicebus.exceptioninfo.exceptiontype'],
    message: ['nservicebus.exceptioninfo.message'],
    stack: ['nservicebus.exceptioninfo.stacktrace'],
    group: ['nservicebus.failedq'],
    clean: { group: beforeAt },
  },
};

export const wolverine: Family = {
  name: 'wolverine',
  title: 'Wolverine',
  framework: true,
  detect: { headers: ['wolverine-protocol-version'] },
  headers: {
    messageId: ['id'],
    type: ['message-type'],
    source: ['source'],
    correlationId: ['correlation-id'],
    conversationId: ['conversation-id'],
    causationId: ['causation-id'],
    sagaId: ['saga-id'],
    replyTo: ['reply-uri'],
    attempt: ['attempts'],
    publishedAt: ['sent-at'],
  },
  failure: {
    detect: ['exception-type', 'exception-message', 'original-offset'],
    marksDeadLetter: true,
    cause: ['exception-type'],
    message: ['exception-message'],
    stack: ['exception-stack'],
    channel: ['original-destination'],
    partition: ['original-partition'],
    offset: ['original-offset'],
    clean: { channel: lastOfAddress },
  },
  // Its parent is an activity, not a message.
  contexts: [{ system: 'ids', in: 'headers', from: ['parent-id'], read: ([text]) => readActivity(text ?? '') }],
};

export const rebus: Family = {
  name: 'rebus',
  title: 'Rebus',
  framework: true,
  detect: { headers: ['rbs2-msg-id', 'rbs2-msg-type'] },
  headers: {
    messageId: ['rbs2-msg-id'],
    type: ['rbs2-msg-type'],
    source: ['rbs2-sender-address'],
    correlationId: ['rbs2-corr-id'],
    causationId: ['rbs2-in-reply-to'],
    replyTo: ['rbs2-return-address'],
    attempt: ['rbs2-delivery-count'],
    publishedAt: ['rbs2-senttime'],
    contentType: ['rbs2-content-type'],
    contentEncoding: ['rbs2-content-encoding'],
  },
  clean: { type: clrName },
  failure: {
    detect: ['rbs2-error-details'],
    marksDeadLetter: true,
    stack: ['rbs2-error-details'],
    message: ['rbs2-error-details'],
    group: ['rbs2-source-queue'],
  },
};

export const cap: Family = {
  name: 'cap',
  title: 'CAP',
  framework: true,
  detect: { headers: ['cap-msg-id'] },
  headers: {
    messageId: ['cap-msg-id'],
    type: ['cap-msg-name', 'cap-msg-type'],
    source: ['cap-exec-instance-id'],
    correlationId: ['cap-corr-id'],
    replyTo: ['cap-callback-name'],
    publishedAt: ['cap-senttime'],
  },
  failure: { detect: ['cap-exception'], marksDeadLetter: false, message: ['cap-exception'], stack: ['cap-exception'] },
};

export const brighter: Family = {
  name: 'brighter',
  title: 'Brighter',
  framework: true,
  detect: { headers: ['messagetype'], allHeaders: ['messageid'], noHeaders: ['mt-messagetype'] },
  headers: { messageId: ['messageid'], correlationId: ['correlationid'], retries: ['handledcount'] },
};

/** Told by the CLR name in the AMQP type: `Ns.Type, Assembly` (8) or `Ns.Type:Assembly` (7). */
export const easyNetQ: Family = {
  name: 'easynetq',
  title: 'EasyNetQ',
  framework: true,
  detect: {
    value: [
      {
        at: { property: 'type' },
        may: (header) => header?.value?.includes(COMMA) === true || header?.value?.includes(COLON) === true,
        holds: (text) => /^[A-Za-z_][\w.+`]*\.[\w+`]+(?:, |:)[A-Za-z_][\w.]*$/.test(text),
      },
    ],
  },
  properties: { type: ['type'] },
  clean: { type: (text) => text.split(/, |:/, 1)[0] as string },
};

const COMMA = 44;
const COLON = 58;
