import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './read-config';
import { ownRules } from './recognition';
import { tryRules } from './try-rules';

describe('own rules', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'eventyard-rules-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const config = (yaml: string) => {
    writeFileSync(join(folder, 'eventyard.yaml'), yaml);
    return readConfig({ env: {}, flags: {}, cwd: folder });
  };
  const legacy = `
recognition:
  rules:
    - name: legacy orders
      when: { channel: "legacy-*", header: { name: X-System, is: erp } }
      take:
        type: { path: $.meta.kind }
        correlationId: { header: X-Flow }
        messageId: { property: user-id }
        traceId: { header: X-Request }
      keys:
        order: { path: "data.lines[0].orderNumber" }
        customer: { record: key }
    - name: everywhere
      take: { correlationId: { header: x-second } }
`;
  const sample = {
    channel: 'legacy-orders',
    key: 'c-7',
    headers: { 'x-system': 'erp', 'x-flow': 'f-1', 'x-second': 's-2', 'x-request': 'req-1', 'correlation-id': 'c-9' },
    body: { type: 'no', meta: { kind: 'order.taken' }, data: { lines: [{ orderNumber: 4711 }], orderId: 'o-1' } },
  };

  it('[G4] a rule of the configuration takes fields from header, property, path and key, before all families', () => {
    const said = tryRules(config(legacy), JSON.stringify(sample));
    expect(said).toMatch(/type +order\.taken +body meta\.kind \(your rule “legacy orders”\)/);
    expect(said).toMatch(/correlationId +f-1 +header x-flow \(your rule “legacy orders”\)/);
    expect(said).toMatch(/traceId +req-1 +header x-request \(your rule “legacy orders”\)/);
    expect(said).toMatch(/business key +order = 4711 +body data\.lines\.0\.orderNumber/);
    expect(said).toMatch(/business key +customer = c-7 +the record’s key/);
  });

  it('[G53] what lost is told with its value: the next rule, the families', () => {
    const said = tryRules(config(legacy), JSON.stringify(sample));
    expect(said).toMatch(/not taken +correlationId s-2 +header x-second \(your rule “everywhere”\)/);
    expect(said).toMatch(/not taken +correlationId c-9 +header correlation-id \(id headers\)/);
    expect(said).toMatch(/not taken +type no +body type \(JSON body\)/);
  });

  it('[G4] where `when` does not hold, the rule says nothing', () => {
    const one = { ...sample, headers: { ...sample.headers, 'x-system': 'other' } };
    const two = { ...sample, channel: 'orders' };
    for (const said of tryRules(config(legacy), JSON.stringify([one, two])).split('\n\n')) {
      expect(said).toMatch(/correlationId +s-2/);
      expect(said).not.toContain('order.taken');
    }
  });

  it('[G4] a rule names what no message says: the one producer of a channel', () => {
    const named = `
recognition:
  rules:
    - { name: writer of the log, when: { channel: order-log }, take: { source: { value: order-service } }, keys: { region: { value: eu } } }
`;
    const [here, elsewhere] = tryRules(
      config(named),
      JSON.stringify([
        { channel: 'order-log', headers: { ce_specversion: '1.0', ce_id: '1', ce_type: 't', ce_source: 'other' }, body: {} },
        { channel: 'user-activity', body: {} },
      ]),
    ).split('\n\n');
    expect(here).toMatch(/source +order-service +said by your rule “writer of the log”/);
    expect(here).toMatch(/business key +region = eu/);
    expect(here).toMatch(/not taken +source other/);
    expect(elsewhere).not.toContain('order-service');
  });

  it('[C11] a rule that takes nothing, an unknown field or two places at once end the start', () => {
    const wrong = (rule: string) => () => config(`recognition: { rules: [{ name: x, ${rule} }] }`);
    expect(wrong('take: {}')).toThrow('a rule takes something');
    expect(wrong('take: { type: { header: a, path: b } }')).toThrow('exactly one of header:');
    expect(wrong('take: { tpye: { header: a } }')).toThrow(/recognition\.rules\.0/);
    expect(wrong('take: { traceId: { value: a } }')).toThrow('a trace has no constant id');
    expect(ownRules(config(''))).toEqual([]);
  });

  it('a file that holds no samples is refused with what is expected', () => {
    expect(() => tryRules(config(''), 'nope')).toThrow('not JSON');
    expect(() => tryRules(config(''), '{"chanel":"x"}')).toThrow('cannot be read');
  });
});
