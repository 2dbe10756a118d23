/** `1`, `1.0` and `1.0.0` are the same version. */
export function semVer(version: unknown): string {
  const [major = '1', minor = '0', patch = '0'] = String(version ?? '1').split('.');
  return [major, minor, patch].map((part) => (/^\d+$/.test(part) ? part : '0')).join('.');
}

export const majorOf = (version: string): number => Number(semVer(version).split('.')[0]);
