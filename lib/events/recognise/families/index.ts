import type { Family } from '../table';
import { amqpProperties } from './amqp-properties';
import { b3 } from './b3';
import { cloudEventsBinary, cloudEventsStructured } from './cloudevents';
import { dataEnvelope, houseHeaders, payloadEnvelope } from './house';
import { idHeaders } from './id-headers';
import { jsonBody } from './json-body';
import { kafkaConnect } from './kafka-connect';
import { ownReplays } from './own-replays';
import { rabbitmqDeaths } from './rabbitmq-deaths';
import { springAmqpRepublish, springCloudStream, springKafka, springRetryTopics } from './spring';
import { w3c } from './w3c';

/** The order of trust: headers that were made for it, then envelopes, then ids by plain names, then what a protocol has room for, then guessable names in a body. */
export const FAMILIES: readonly Family[] = [
  ownReplays,
  w3c,
  b3,
  cloudEventsBinary,
  houseHeaders,
  cloudEventsStructured,
  dataEnvelope,
  payloadEnvelope,
  springKafka,
  kafkaConnect,
  springRetryTopics,
  springCloudStream,
  springAmqpRepublish,
  rabbitmqDeaths,
  idHeaders,
  amqpProperties,
  jsonBody,
];
