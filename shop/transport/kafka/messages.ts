import type { IHeaders, KafkaMessage, Message as KafkajsMessage } from 'kafkajs';
import { ofKafkaHeaders, toKafkaHeaders } from '../kafka-headers';
import type { Message, OutgoingRecord } from '../port';

export function toRecord({ message, partition }: OutgoingRecord): KafkajsMessage {
  const headers = Object.fromEntries(Object.entries(toKafkaHeaders(message)).map(([name, value]) => [name, Buffer.from(value)]));
  return {
    key: message.key === '' ? null : Buffer.from(message.key),
    value: Buffer.from(message.body),
    headers,
    ...(partition === undefined ? {} : { partition }),
    ...(message.timestampMs === undefined ? {} : { timestamp: String(Math.floor(message.timestampMs)) }),
  };
}

export const fromRecord = ({ key, value, headers, timestamp }: KafkaMessage): Message =>
  ofKafkaHeaders(pairs(headers), {
    key: key?.toString() ?? '',
    body: value ?? new Uint8Array(),
    timestampMs: Number(timestamp),
  });

function pairs(headers: IHeaders = {}): [string, Uint8Array | null][] {
  return Object.entries(headers).map(([name, value]) => {
    const last = Array.isArray(value) ? value.at(-1) : value;
    return [name, last === undefined ? null : Buffer.from(last)];
  });
}

/** Records of one topic each, in the order in which they came. */
export function byTopic(
  records: readonly OutgoingRecord[],
  nameOf: (topic: string) => string,
): { topic: string; messages: KafkajsMessage[] }[] {
  const topics = new Map<string, KafkajsMessage[]>();
  for (const record of records) {
    const messages = topics.get(record.topic) ?? [];
    messages.push(toRecord(record));
    topics.set(record.topic, messages);
  }
  return [...topics].map(([topic, messages]) => ({ topic: nameOf(topic), messages }));
}
