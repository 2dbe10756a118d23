import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { notebookIn, Tally, type Note } from './records';

const sent = (id: string, about = 'ord-1-00001'): Note => ({
  note: 'sent',
  type: 'order.placed',
  id,
  broker: 'kafka',
  channel: 'order-events',
  attempt: 1,
  about,
});

describe('the notes of a run', () => {
  it('are counted in distinct ids, and those of another run not at all', () => {
    const tally = new Tally({ seed: 1, size: 100 });
    for (const note of [sent('a'), sent('a'), sent('b'), sent('c', 'ord-2-00001')]) tally.add(note);
    expect([tally.get('order.placed'), tally.get('sent.order.placed'), tally.get('channel.order-events')]).toEqual([2, 2, 2]);
  });

  it('take no more room in a run without end, and are counted all the same', () => {
    const tally = new Tally({ seed: 1, size: Infinity });
    for (let n = 0; n < 5_000; n += 1) for (const id of [`${n}`, `${n}`]) tally.add(sent(id));
    expect(tally.get('order.placed')).toBe(5_000);
    const kept = (tally as unknown as { ids: ReadonlyMap<string, ReadonlySet<string>> }).ids.get('order.placed')?.size;
    expect(kept).toBeLessThan(5_000);
  });

  it('of other processes are read once each, and half a line of a killed one not before its end, if it comes', () => {
    const directory = mkdtempSync(join(tmpdir(), 'shop-records-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const tally = new Tally({ seed: 1, size: 100 });
    notebookIn(directory, 'order')(sent('ä'));
    const line = `${JSON.stringify(sent('é'))}\n`;
    appendFileSync(join(directory, 'killed.jsonl'), Buffer.from(line).subarray(0, 40));
    for (let look = 0; look < 2; look += 1) tally.readFrom(directory);
    expect([tally.notes, tally.get('order.placed')]).toEqual([1, 1]);
    appendFileSync(join(directory, 'killed.jsonl'), Buffer.from(line).subarray(40));
    for (let look = 0; look < 2; look += 1) tally.readFrom(directory);
    expect([tally.notes, tally.get('order.placed')]).toEqual([2, 2]);
  });
});
