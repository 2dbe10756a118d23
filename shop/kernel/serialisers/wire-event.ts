/** What every format says about an event, whatever its spelling. Ids are strings, `at` is ISO 8601, `version` is SemVer (`1.0` = `1.0.0`). */
export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly source: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** `json-flat` is what some publishers of envelope A send: the fields beside a missing `data`. */
export type Format = 'json-a' | 'json-b' | 'json-flat' | 'avro' | 'protobuf' | 'msgpack';

export interface Encoded {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** `content-type`, and when the body is gzipped `content-encoding`, `compressed`, `original-size`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a reader has in its hands: nothing but the body can be trusted. */
export interface Incoming {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A body that nobody can read, now or later: a dead letter without further attempts. The name is the cause. */
export class UnreadableBody extends Error {
  constructor(cause: 'Undecodable' | 'InvalidEnvelope' | 'UnknownSchema' | 'TooLarge' | 'GzipTooLarge', message: string) {
    super(message);
    this.name = cause;
  }
}
