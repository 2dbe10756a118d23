import { AppError, type BrokerErrorCode } from '@/lib/errors';
import type { TapState } from '@/server/brokers/broker';
import { errorName } from './kafkajs-patches';

export type Problem = NonNullable<TapState['problem']>;

/** A broker answered with an error code. */
export class ProtocolError extends Error {
  readonly type: string;

  constructor(
    readonly kafkaCode: number,
    readonly asked: string,
  ) {
    super(`${asked}: ${errorName(kafkaCode)}`);
    this.name = 'ProtocolError';
    this.type = errorName(kafkaCode);
  }
}

/** No node could be reached, or a named one could not. */
export class UnreachableError extends Error {
  constructor(
    readonly address: string,
    readonly learnt: boolean,
    override readonly cause: unknown,
  ) {
    super(`${address} can't be reached: ${reasonOf(cause)}`);
    this.name = 'UnreachableError';
  }
}

export function failOn(code: number, asked: string): void {
  if (code !== 0) throw new ProtocolError(code, asked);
}

interface KafkajsError extends Error {
  readonly type?: string;
  readonly code?: string;
}

const AUTH_TYPES = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE', 'SECURITY_DISABLED']);
const PERMISSION_TYPES = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

export function isAuthFailure(error: unknown): boolean {
  const { name, type } = rootOf(error);
  return name === 'KafkaJSSASLAuthenticationError' || AUTH_TYPES.has(type ?? '');
}

/** The connection is gone or was never there: the same request may work on a new one. */
export function isConnectionFailure(error: unknown): boolean {
  const { name } = rootOf(error);
  return (
    name === 'KafkaJSConnectionError' ||
    name === 'KafkaJSConnectionClosedError' ||
    name === 'KafkaJSRequestTimeoutError' ||
    name === 'KafkaJSLockTimeout'
  );
}

function rootOf(error: unknown): KafkajsError {
  const { cause } = error as { cause?: unknown };
  return error instanceof UnreachableError && cause instanceof Error ? cause : (error as KafkajsError);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is wrong in words, and what the person can do. The text holds addresses and names, never a secret. */
export function problemOf(error: unknown): Problem {
  const code = codeOf(error);
  return { code, text: textOf(code, error), cure: cureOf(code, error), command: null };
}

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code, text, cure } = problemOf(error);
  return new AppError(code, text, { cure, retryable: code === 'broker-unreachable', cause: error });
}

function codeOf(error: unknown): BrokerErrorCode {
  if (isAuthFailure(error)) return 'broker-auth';
  if (error instanceof UnreachableError || isConnectionFailure(error)) return 'broker-unreachable';
  if (PERMISSION_TYPES.has(rootOf(error).type ?? '')) return 'broker-permission';
  return 'broker-protocol';
}

function textOf(code: BrokerErrorCode, error: unknown): string {
  switch (code) {
    case 'broker-auth':
      return `Kafka refused our user or password (${reasonOf(rootOf(error))}).`;
    case 'broker-unreachable':
      return error instanceof UnreachableError ? `Kafka at ${error.message}.` : `The connection to Kafka broke: ${reasonOf(error)}.`;
    case 'broker-permission':
      return `Kafka does not allow this: ${reasonOf(error)}.`;
    default:
      return `Kafka answered with an error: ${reasonOf(error)}.`;
  }
}

function cureOf(code: BrokerErrorCode, error: unknown): string {
  switch (code) {
    case 'broker-auth':
      return 'Check sasl.mechanism, username and password of this broker in the configuration; we try again by ourselves.';
    case 'broker-unreachable':
      return error instanceof UnreachableError && error.learnt
        ? 'The cluster names its brokers by this address (advertised.listeners): make it reachable from here. We try again by ourselves.'
        : 'Check the address, that Kafka runs, and whether it expects TLS or SASL on this port; we try again by ourselves.';
    case 'broker-permission':
      return 'Give our user the missing right (READ and DESCRIBE on topics, DESCRIBE on groups and the cluster); we try again by ourselves.';
    default:
      return 'We try again by ourselves; if it stays, look into the broker’s log.';
  }
}
