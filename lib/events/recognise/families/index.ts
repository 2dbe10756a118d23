import type { Family } from '../table';
import { amqpProperties } from './amqp-properties';
import { b3 } from './b3';
import { businessHeaders } from './business-headers';
import { cloudEventsBatch, cloudEventsBinary, cloudEventsStructured, dapr, daprWithParent } from './cloudevents';
import {
  brighter,
  cap,
  easyNetQ,
  easyNetQError,
  massTransit,
  massTransitFault,
  massTransitHeaders,
  massTransitRider,
  nServiceBus,
  rebus,
  wolverine,
  wolverineLetter,
} from './dotnet';
import { dataEnvelope, houseHeaders, payloadEnvelope } from './house';
import { idHeaders } from './id-headers';
import { jsonBody } from './json-body';
import {
  apicurio,
  axon,
  axon4,
  camel,
  confluent,
  confluentHeader,
  debezium,
  debeziumOutbox,
  eventuate,
  eventuateBody,
  kafkaRequestReply,
  kafkaShareGroup,
  kafkaStreams,
  smallRye,
  smallRyeRetry,
  smallRyeRetryTopic,
  springAmqp,
} from './jvm';
import { kafkaConnect } from './kafka-connect';
import {
  celery,
  celeryBody,
  dramatiq,
  fastStream,
  moleculer,
  moleculerResponse,
  nestJs,
  nestJsBody,
  nestJsReply,
  sidekiq,
  watermill,
} from './other-languages';
import { ownReplays } from './own-replays';
import { rabbitmqDeaths } from './rabbitmq-deaths';
import { springAmqpRepublish, springCloudStream, springKafka, springKafkaTypes, springRetryTopics } from './spring';
import { datadog, dotnetActivity, elasticApm, googleCloudTrace, instana, jaeger, newRelic, sentry, skywalking, xray } from './tracers';
import { w3c } from './w3c';

/**
 * The order of trust: trace contexts, headers that a framework made for it, then envelopes, then ids by plain names, then what a protocol has
 * room for, then guessable names in a body. A framework stands before the more general thing it is built on.
 */
export const FAMILIES: readonly Family[] = [
  ownReplays,

  w3c,
  b3,
  jaeger,
  datadog,
  xray,
  sentry,
  dotnetActivity,
  elasticApm,
  googleCloudTrace,
  skywalking,
  instana,
  newRelic,

  massTransitFault,
  massTransit,
  massTransitHeaders,
  massTransitRider,
  nServiceBus,
  wolverine,
  wolverineLetter,
  rebus,
  cap,
  brighter,
  easyNetQError,
  easyNetQ,
  springKafka,
  springAmqp,
  springKafkaTypes,
  axon4,
  axon,
  eventuate,
  debeziumOutbox,
  celery,
  watermill,
  nestJs,
  kafkaConnect,
  kafkaStreams,
  kafkaShareGroup,
  smallRye,
  smallRyeRetry,
  smallRyeRetryTopic,
  camel,

  cloudEventsBinary,
  houseHeaders,
  dapr,
  daprWithParent,
  cloudEventsBatch,
  cloudEventsStructured,
  eventuateBody,
  debezium,
  moleculer,
  moleculerResponse,
  celeryBody,
  dramatiq,
  sidekiq,
  nestJsBody,
  nestJsReply,
  dataEnvelope,
  payloadEnvelope,

  springRetryTopics,
  springCloudStream,
  springAmqpRepublish,
  rabbitmqDeaths,
  kafkaRequestReply,
  fastStream,
  idHeaders,
  businessHeaders,
  amqpProperties,
  confluent,
  confluentHeader,
  apicurio,
  jsonBody,
];
