import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a build is made of. */
const SOURCES = ['app', 'components', 'lib', 'server/web', 'next.config.js', 'package.json', 'tsconfig.json'];

/** Whether `.next` holds a finished build that is newer than every source file. */
export function buildIsFresh(root: string): boolean {
  const built = join(root, '.next', 'BUILD_ID');
  if (!existsSync(built)) return false;
  const builtAt = statSync(built).mtimeMs;
  return SOURCES.every((source) => newest(join(root, source)) < builtAt);
}

function newest(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}
