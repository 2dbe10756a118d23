import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';

export const API_VERSIONS = 18;

/** First release with each level of the feature `metadata.version`, newest first (the highest level a broker supports is that of its own release). */
const RELEASES: readonly (readonly [level: number, release: string])[] = [
  [30, '4.3'],
  [28, '4.2'],
  [26, '4.1'],
  [22, '4.0'],
  [21, '3.9'],
  [20, '3.8'],
  [15, '3.7'],
  [12, '3.6'],
  [9, '3.5'],
  [8, '3.4'],
  [4, '3.3'],
];

/** ApiVersions 3, which also tells the features. Its answer has the old header, as an exception among the flexible ones. */
export const encodeApiVersions = (): Buffer => new ByteWriter().noTags().compactString('eventyard').compactString('1').noTags().bytes();

/** `Kafka 4.1`, or `Kafka` when the broker says no feature we know (before 3.3, or another product that speaks the protocol). */
export function readProduct(payload: Buffer): { readonly product: string } {
  const reader = new ByteReader(payload);
  if (reader.int16() !== 0) return { product: 'Kafka' };
  reader.compactArray(() => {
    reader.skip(6);
    reader.skipTags();
  });
  reader.int32();
  let level = 0;
  reader.tags((tag, field) => {
    if (tag !== 0) return;
    field.compactArray(() => {
      const name = field.compactString();
      field.int16();
      const most = field.int16();
      field.skipTags();
      if (name === 'metadata.version') level = most;
    });
  });
  const release = RELEASES.find(([first]) => level >= first)?.[1];
  return { product: release === undefined ? 'Kafka' : `Kafka ${release}` };
}
