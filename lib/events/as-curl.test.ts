import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDetail } from '@/lib/contract/traces';
import { anEventRow } from '@/lib/traces/trace-node.fixture';
import { publishCurl, quoted, readCurl } from './as-curl';

const detail = (given: object, row: object = {}): EventDetail =>
  ({
    row: anEventRow({ id: 'e', messageId: "it's", routingKey: '$(reboot)', ...row }),
    headers: [{ name: 'x', wire: 'S', text: '`id`', size: 4, isText: true }],
    contentType: 'application/json',
    contentEncoding: null,
    body: { kind: 'json', text: '{}', bytes: 'e30=', size: 2, storedSize: 2, problem: null },
    ...given,
  }) as unknown as EventDetail;

describe('an event as a command', () => {
  it('[CU1] keeps whatever the event says within one argument of a real shell', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
        (text) => {
          expect(execFileSync('sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
        },
      ),
      { numRuns: 40 },
    );
    const command = publishCurl(detail({})).replace(/^curl/, `printf '%s\\n'`);
    const printed = execFileSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { ...process.env, RABBITMQ_API_URL: 'http://r', VHOST: 'v' },
    });
    expect(printed).toContain('http://r/api/exchanges/v/shop.events/publish');
    expect(JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '')).toEqual({
      properties: { message_id: "it's", content_type: 'application/json', headers: { x: '`id`' } },
      routing_key: '$(reboot)',
      payload: 'e30=',
      payload_encoding: 'base64',
    });
  });

  it('[CU2] names no address and no password of ours', () => {
    expect(publishCurl(detail({}))).toContain('"$RABBITMQ_USER:$RABBITMQ_PASSWORD"');
    const kafka = publishCurl(detail({}, { system: 'kafka', channel: 'orders', key: 'o-1' }));
    expect(kafka).toContain('"$KAFKA_REST_URL"/topics/orders');
    expect(kafka).toContain('{"records":[{"key":"by0x","value":"e30="}]}');
    expect(readCurl('http://127.0.0.1:7200', 'k:a/b:0:1')).toBe("curl 'http://127.0.0.1:7200/api/events/k%3Aa%2Fb%3A0%3A1'");
  });
});
