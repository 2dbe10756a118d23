import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser says that our own page sent this. `Origin` is compared with the host that was asked (which the host check has let in);
 * the scheme is left out, a proxy may end TLS. `unsaid`: neither header is there, so it is not a browser's request.
 */
export function originOf(headers: IncomingHttpHeaders): 'own' | 'foreign' | 'unsaid' {
  const site = headers['sec-fetch-site'];
  const { origin, host } = headers;
  if (site === undefined && origin === undefined) return 'unsaid';
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'foreign';
  if (origin !== undefined && hostOfOrigin(origin) !== host?.toLowerCase()) return 'foreign';
  return 'own';
}

function hostOfOrigin(origin: string): string | null {
  try {
    const { protocol, host } = new URL(origin);
    return protocol === 'http:' || protocol === 'https:' ? host.toLowerCase() : null;
  } catch {
    return null;
  }
}
