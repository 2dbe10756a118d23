import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDirectory, toDirectoryError } from './check-directory';
import { toStartError } from './start-embedded';

describe('a data folder that cannot be used', () => {
  it.each([
    ['ENOSPC', 'store-full', true],
    ['EROFS', 'store-refused', false],
    ['EACCES', 'store-refused', false],
    ['ENOTDIR', 'store-refused', false],
  ])('%s is said with what to do', (code, expected, retryable) => {
    const error = toDirectoryError(Object.assign(new Error('x'), { code }), '/data');
    expect(error).toMatchObject({ code: expected, retryable });
    expect(error.cure).toMatch(/store\.directory/);
  });

  it('a file in its place is said, a missing folder is made', () => {
    const parent = mkdtempSync(join(tmpdir(), 'eventyard-folder-'));
    writeFileSync(join(parent, 'file'), '');
    expect(() => checkDirectory(join(parent, 'file'))).toThrow(/not a folder/);
    expect(() => checkDirectory(join(parent, 'file', 'below'))).toThrow(/not a folder/);
    expect(() => checkDirectory(join(parent, 'new', 'deep'))).not.toThrow();
    rmSync(parent, { recursive: true, force: true });
  });
});

describe('an engine that does not open', () => {
  it.each([
    ['CHDB_PLATFORM', 'chdb: no native binding for win32-x64', 'store-refused', /store\.url/],
    ['MODULE_NOT_FOUND', "Cannot find module 'chdb'", 'store-refused', /store\.url/],
    [
      'CHDB_CONNECTION',
      'Code: 76. DB::Exception: Cannot lock file /data/status. Another server instance in same directory is already running. (CANNOT_OPEN_FILE)',
      'store-locked',
      /other Eventyard/,
    ],
    ['unknown', 'Code: 75. DB::ErrnoException: No space left on device', 'store-full', /space/],
    ['unknown', 'filesystem error: Read-only file system', 'store-refused', /right to write/],
    ['EADDRINUSE', 'listen EADDRINUSE', 'store-unreachable', /^$/],
  ])('%s: %s', (code, message, expected, cure) => {
    const error = toStartError(code, message, '/data');
    expect(error.code).toBe(expected);
    expect(error.cure ?? '').toMatch(cure);
  });
});
