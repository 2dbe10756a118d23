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

/** What it publishes when a consumer has failed for good: of which message, and with what. */
export const massTransitFault: Family = {
  name: 'masstransit',
  title: 'MassTransit fault',
  framework: true,
  detect: { body: { all: ['messageType', 'message', 'message.faultId'] } },
  body: { causationId: ['message.faultedMessageId'] },
  failure: {
    detect: [],
    marksDeadLetter: false,
    inBody: {
      cause: ['message.exceptions.0.exceptionType'],
      message: ['message.exceptions.0.message'],
      stack: ['message.exceptions.0.stackTrace'],
    },
  },
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

/** Over Kafka it writes the same under the bare names of its own properties. */
export const massTransitRider: Family = {
  name: 'masstransit-headers',
  title: 'MassTransit rider',
  framework: true,
  detect: { allHeaders: ['messageid', 'destinationaddress'] },
  headers: {
    messageId: ['messageid'],
    source: ['sourceaddress'],
    correlationId: ['correlationid'],
    conversationId: ['conversationid'],
    causationId: ['initiatorid'],
  },
  clean: { source: lastOfAddress },
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
  detect: { headers: ['wolverine-protocol-version'], noHeaders: ['exception-type'] },
  headers: {
    messageId: ['id'],
    type: ['message-type'],
    source: ['source'],
    correlationId: ['correlation-id'],
    conversationId: ['conversation-id'],
    causationId: ['causation-id'],
    sagaId: ['saga-id'],
    replyTo: ['reply-uri'],
    // How often it was tried before.
    retries: ['attempts'],
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

/** Its dead letters: all tries were before. */
export const wolverineLetter: Family = {
  ...wolverine,
  title: 'Wolverine dead letter',
  detect: { allHeaders: ['wolverine-protocol-version', 'exception-type'] },
  headers: { ...wolverine.headers, retries: [], attempt: ['attempts'] },
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
  // `InvalidOperationException-->no stock`, or the class alone.
  failure: {
    detect: ['cap-exception'],
    marksDeadLetter: false,
    cause: ['cap-exception'],
    message: ['cap-exception'],
    clean: {
      cause: (text) => (/^[\w`]+(?=-->|$)/.exec(text) ?? [null])[0],
      message: (text) => text.replace(/^[\w`]+-->/, ''),
    },
  },
};

export const brighter: Family = {
  name: 'brighter',
  title: 'Brighter',
  framework: true,
  // Since version 10 its id stands in CloudEvents' header alone.
  detect: { allHeaders: ['messagetype', 'topic'], value: [{ at: { header: 'messagetype' }, holds: (text) => text.startsWith('MT_') }] },
  headers: { messageId: ['messageid'], correlationId: ['correlationid'], replyTo: ['replyto'], retries: ['handledcount'] },
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

/** What its error queue holds: the message as a text within, and what happened to it. */
export const easyNetQError: Family = {
  name: 'easynetq',
  title: 'EasyNetQ error',
  framework: true,
  detect: { body: { all: ['RoutingKey', 'Exchange', 'Queue', 'Exception', 'Message', 'BasicProperties'] } },
  body: {
    messageId: ['BasicProperties.MessageId'],
    type: ['BasicProperties.Type'],
    correlationId: ['BasicProperties.CorrelationId'],
  },
  clean: { type: (text) => text.split(/, |:/, 1)[0] as string },
  failure: {
    detect: [],
    marksDeadLetter: false,
    inBody: { message: ['Exception'], stack: ['Exception'], channel: ['Exchange'], group: ['Queue'], routingKey: ['RoutingKey'] },
    clean: { message: (text) => (text.split(/\r?\n/, 1)[0] as string).replace(/^[\w.`+]+: /, '') },
  },
};

const COMMA = 44;
const COLON = 58;
