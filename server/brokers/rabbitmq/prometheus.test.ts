import { describe, expect, it } from 'vitest';
import { GrowingTotals, readLines } from './prometheus';

describe("the Prometheus plugin's text", () => {
  it('[R47] names may hold quotes, braces, backslashes and line ends; other metrics are passed over', () => {
    const text = [
      '# TYPE rabbitmq_detailed_queue_messages_ready gauge',
      String.raw`rabbitmq_detailed_queue_messages_ready{vhost="/",queue="a\"} 9 b\\\n"} 7`,
      'rabbitmq_detailed_queue_consumers{vhost="/",queue="q"} 2 1760000000',
      'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="q"} NaN',
      'erlang_vm_memory{kind="x"} 1',
    ].join('\n');
    expect(readLines(text)).toEqual([
      { metric: 'queue_messages_ready', labels: { vhost: '/', queue: 'a"} 9 b\\\n' }, value: 7 },
      { metric: 'queue_consumers', labels: { vhost: '/', queue: 'q' }, value: 2 },
    ]);
  });

  it('[R47] totals only grow: a channel that closed keeps its share, a node that restarted counts on', () => {
    const totals = new GrowingTotals();
    const line = (channel: string, value: number) => ({ node: 0, metric: 'acked', labels: { channel, queue: 'q' }, value });
    const after = (...lines: ReturnType<typeof line>[]) => totals.grow('acked', lines, ['acked'], 'queue').get('q');
    expect(after(line('a', 10), line('b', 5))).toBe(15);
    expect(after(line('a', 12))).toBe(17);
    expect(after(line('a', 3), line('c', 1))).toBe(21);
    expect(after()).toBe(21);
  });
});
