import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openLog } from './log';

describe('the log', () => {
  it('[C7] redacts secrets and bodies by name, at depth too', () => {
    const lines: string[] = [];
    const log = openLog(
      { level: 'info', format: 'json' },
      'test',
      new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) }),
    );
    log.info(
      { password: 'hunter2', broker: { sasl: { password: 'hunter3' }, url: 'amqp://u:hunter4@h' }, event: { body: 'hunter5' } },
      'connected',
    );
    expect(lines.join('')).not.toMatch(/hunter/);
    expect(lines.join('')).toContain('connected');
  });
});
