import { execFileSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type RunningKafka } from '@/scripts/brokers/kafka';
import { freePorts } from '@/scripts/brokers/processes';
import { silent } from './kafka-application.fixture';
import { KafkaLink } from './kafka-link';
import { ByteReader } from './wire/byte-reader';
import { ByteWriter } from './wire/byte-writer';

/** A Kafka of its own that asks for passwords, speaks TLS and has rights. The plain listener's user may do everything. */
export interface GuardedKafka {
  readonly kafka: RunningKafka;
  /** Open, SASL without TLS, SASL with TLS. */
  readonly plain: string;
  readonly sasl: string;
  readonly tls: string;
  readonly ca: string;
  remove(): Promise<void>;
}

export const user = { username: 'reader', password: 'right-password' } as const;

export async function startGuardedKafka(): Promise<GuardedKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'eventyard-guarded-'));
  const [sasl = 0, tls = 0] = await freePorts(2);
  const { ca, keystore } = makeCertificate(dir);
  const login = (module: string, more = '') => `org.apache.kafka.common.security.${module} required${more};`;
  const kafka = await startKafka({
    dir: join(dir, 'kafka'),
    properties: ({ port, controllerPort }) => {
      const listeners = `PLAINTEXT://127.0.0.1:${port},SASL_PLAINTEXT://127.0.0.1:${sasl},SASL_SSL://127.0.0.1:${tls}`;
      return {
        listeners: `${listeners},CONTROLLER://127.0.0.1:${controllerPort}`,
        'advertised.listeners': listeners,
        'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
        ...Object.fromEntries(
          ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) => [
            [
              `listener.name.${listener}.plain.sasl.jaas.config`,
              login('plain.PlainLoginModule', ` user_${user.username}="${user.password}"`),
            ],
            [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, login('scram.ScramLoginModule')],
            [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, login('scram.ScramLoginModule')],
          ]),
        ),
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': keystore,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
        'allow.everyone.if.no.acl.found': 'true',
      };
    },
  });
  try {
    await setPasswords(kafka.brokers);
  } catch (error) {
    await kafka.remove();
    throw error;
  }
  return {
    kafka,
    plain: kafka.brokers,
    sasl: `127.0.0.1:${sasl}`,
    tls: `127.0.0.1:${tls}`,
    ca,
    async remove() {
      await kafka.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** AlterUserScramCredentials: what `kafka-configs --alter --entity-type users` does, without two starts of Java. */
async function setPasswords(brokers: string): Promise<void> {
  const link = new KafkaLink({ name: 'guarded', brokers: [brokers] }, silent);
  const salt = randomBytes(16);
  try {
    // One request each: Kafka changes a user once per request.
    for (const [mechanism, digest, length] of [
      [1, 'sha256', 32],
      [2, 'sha512', 64],
    ] as const) {
      const writer = new ByteWriter().noTags().unsignedVarint(1).unsignedVarint(2).compactString(user.username).int8(mechanism).int32(4096);
      for (const bytes of [salt, pbkdf2Sync(user.password, salt, 4096, length, digest)]) writer.unsignedVarint(bytes.length + 1).raw(bytes);
      const request = { apiKey: 51, apiName: 'AlterUserScramCredentials', apiVersion: 0, bytes: writer.noTags().noTags().bytes() };
      const { results } = await link.send(null, { ...request, read: readErrors });
      if (results.some((code) => code !== 0)) throw new Error(`Kafka did not take the password: ${results.join()}`);
    }
  } finally {
    await link.close();
  }
}

function readErrors(payload: Buffer): { results: number[] } {
  const reader = new ByteReader(payload);
  reader.skipTags();
  reader.int32();
  return {
    results: reader.compactArray(() => {
      reader.compactString();
      const code = reader.int16();
      reader.compactString();
      reader.skipTags();
      return code;
    }),
  };
}

function makeCertificate(dir: string): { ca: string; keystore: string } {
  const [key, cert, keystore] = ['key.pem', 'cert.pem', 'keystore.pem'].map((name) => join(dir, name)) as [string, string, string];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'));
  return { ca: readFileSync(cert, 'utf8'), keystore };
}
