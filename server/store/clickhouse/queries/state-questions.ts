import type { GapRow } from '@/lib/contract/taps';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { Store } from '../../store';
import type { StoreClient } from '../client';

type StateQuestions = Pick<Store, 'savePicture' | 'pictures' | 'gaps' | 'size'>;

export function stateQuestions(client: StoreClient): StateQuestions {
  return {
    savePicture: (picture) =>
      client.insert('pictures', [{ broker: picture.broker, at: Math.trunc(picture.at), picture: JSON.stringify(picture) }]),
    async pictures() {
      const rows = await client.rows<{ picture: string }>('SELECT picture FROM pictures FINAL ORDER BY broker LIMIT 1000');
      return rows.map((row) => JSON.parse(row.picture) as BrokerPicture);
    },
    gaps: (range, limit) =>
      client.rows<GapRow>(
        `SELECT tap, channel, partition, fromOffset, toOffset, count, reason, detail, at FROM gaps FINAL WHERE at >= {from:Int64} AND at < {to:Int64}
        ORDER BY at DESC, tap, batch DESC, idx DESC LIMIT {limit:UInt32}`,
        { from: Math.trunc(range.from), to: Math.trunc(range.to), limit },
      ),
    async size() {
      const [found] = await client.rows<{ events: number; bytes: number }>(
        "SELECT sumIf(rows, table = 'events') AS events, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase()",
      );
      return { events: found?.events ?? 0, bytes: found?.bytes ?? 0 };
    },
  };
}
