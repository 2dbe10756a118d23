import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@/lib/errors';

/** Finds out before the engine does, and in better words, that a folder cannot hold data. Makes it when it is not there. */
export function checkDirectory(directory: string): void {
  const probe = join(directory, `.eventyard-probe-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    writeFileSync(probe, 'x');
    rmSync(probe, { force: true });
  } catch (error) {
    throw toDirectoryError(error, directory);
  }
}

export function toDirectoryError(error: unknown, directory: string): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const elsewhere = 'or set store.directory to another folder.';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('store-full', `The disk of the data folder ${directory} is full`, {
        cure: `Free some space, ${elsewhere}`,
        retryable: true,
        cause: error,
      });
    case 'EROFS':
      return new AppError('store-refused', `The data folder ${directory} is on a read-only file system`, {
        cure: `Mount it for writing, ${elsewhere}`,
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new AppError('store-refused', `The data folder ${directory} may not be written to`, {
        cure: `Give this user the right to write there, ${elsewhere}`,
        cause: error,
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new AppError('store-refused', `The data folder ${directory} is not a folder`, {
        cure: `Move the file away, ${elsewhere}`,
        cause: error,
      });
    default:
      return new AppError('store-refused', `The data folder ${directory} cannot be used (${code})`, {
        cure: `Repair it, ${elsewhere}`,
        cause: error,
      });
  }
}
