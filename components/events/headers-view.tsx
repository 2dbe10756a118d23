import type { HeaderView } from '@/lib/contract/traces';
import styles from './events.module.css';

/** Headers in the order of the wire: duplicates and types survive. `property` and `kafka` are named, AMQP letters explained on hover. */
export function HeadersView({ headers, label = 'Headers' }: { readonly headers: readonly HeaderView[]; readonly label?: string }) {
  if (headers.length === 0) return <p className={styles.said}>It carries no headers.</p>;
  return (
    <table className={styles.headers} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {headers.map((header, index) => (
          <tr key={index}>
            <td>{header.name}</td>
            <td title={wireTitle(header.wire)}>{header.wire === 'property' ? 'prop' : header.wire}</td>
            <td className={header.isText ? undefined : 'quiet'} title={`${header.size} bytes`}>
              {header.text === '' ? <span className="quiet">empty</span> : header.text}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const amqpTypes: Record<string, string> = {
  S: 'long string',
  s: 'int16',
  t: 'boolean',
  b: 'int8',
  B: 'unsigned int8',
  u: 'unsigned int16',
  I: 'int32',
  i: 'unsigned int32',
  l: 'int64',
  L: 'int64',
  f: 'float',
  d: 'double',
  D: 'decimal',
  T: 'timestamp',
  F: 'table',
  A: 'array',
  V: 'void',
  x: 'bytes',
};

const wireTitle = (wire: string): string =>
  wire === 'kafka'
    ? 'Kafka header: plain bytes'
    : wire === 'property'
      ? 'AMQP basic property'
      : `AMQP field type ${wire}: ${amqpTypes[wire] ?? 'unknown'}`;
