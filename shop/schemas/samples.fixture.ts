import { readdirSync, readFileSync } from 'node:fs';
import type { Data, OutgoingEvent } from '../kernel/events';
import { eventId } from '../kernel/ids';
import { readCatalogue, SCHEMAS_FOLDER, type SchemaLanguage } from './catalogue';

export interface SampleEvent {
  readonly file: string;
  readonly event: OutgoingEvent;
  readonly languages: readonly SchemaLanguage[];
}

/** What the producers of the shop send, one event of each type and version. */
export function sampleEvents(): readonly SampleEvent[] {
  const catalogue = readCatalogue();
  return readdirSync(SCHEMAS_FOLDER).flatMap((type) =>
    readdirSync(`${SCHEMAS_FOLDER}/${type}`)
      .filter((file) => file.endsWith('.sample.json'))
      .map((file) => {
        const version = file.replace('.sample.json', '');
        const data = JSON.parse(readFileSync(`${SCHEMAS_FOLDER}/${type}/${file}`, 'utf8')) as Data;
        const languages = catalogue.filter((schema) => schema.type === type && schema.version === version).map(({ language }) => language);
        return { file: `${type} ${version}`, languages, event: eventOf(type, version, data) };
      }),
  );
}

const eventOf = (type: string, version: string, data: Data): OutgoingEvent => ({
  id: eventId(type, version, type),
  type,
  version,
  source: 'sample-service',
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  data,
  key: String(data.orderId ?? data.userId ?? 'k'),
  channels: [],
  correlationId: String(data.orderId ?? 'c'),
  causationId: null,
  traceparent: null,
});
