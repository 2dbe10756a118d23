import type { ServiceName } from '@/lib/events/names';

const UUID = /[-_.:#/]?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
/** What client libraries call themselves when nobody named them: these say nothing about a service. */
const LIBRARY_DEFAULT =
  /^(rdkafka|kafkajs|sarama|confluent-kafka-\w+|kafka-python.*|kafka-go.*|librdkafka|franz-go|kgo|aiokafka.*|kafka-clients?|console-(consumer|producer)|consumer|producer|adminclient|undefined|unknown|client|amqplib|rabbitconnectionfactory|pika|connection|masstransit|bunny.*)$/i;

/**
 * The service behind a Kafka client id or an AMQP connection name: without instance number (`orders/2`, `orders-1`), host, pod suffix and
 * uuid; `null` when nothing of a name is left or it is only a library's default. Java's `consumer-<group>-<n>` gives the group, a Streams
 * thread the application. It is a guess by convention and shown as one (*inferred*).
 *
 * @example serviceNameOf('orders-6f9d8b7c5d-x2x4z') → 'orders'
 * @example serviceNameOf('payment@10.0.0.7/3') → 'payment'
 */
export function serviceNameOf(rawName: string, host: string | null = null): ServiceName | null {
  let name = rawName.trim();
  if (/->/.test(name)) return null;
  name = name.replace(/-StreamThread-\d+-.*$/, '');
  name = name.replace(/^(?:consumer|producer)-(?=.+-\d+$)/, '');
  if (/^(?:consumer|producer|adminclient)-\d+$/i.test(name)) return null;
  if (host !== null && host !== '' && name !== host) name = name.split(host).join('');
  name = name
    .replace(UUID, '')
    .replace(/@.*$/, '')
    .replace(/#[0-9a-f]+(?::\d+)?$/i, '')
    .replace(/\/\d+$/, '')
    .replace(/[-_:.]?\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?/g, '')
    .replace(/-[0-9a-f]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '')
    .replace(/[-_:.#/]\d+$/, '')
    .replace(/^[-_:.#/\s]+|[-_:.#/\s]+$/g, '');
  return name === '' || LIBRARY_DEFAULT.test(name) ? null : name;
}
