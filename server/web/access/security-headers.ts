/**
 * What every answer says to the browser. Pages: scripts and style sheets only by this answer's nonce (Next takes it from the request's
 * policy header and puts it on each of its tags) or from us; style *attributes* are allowed, they can't load anything here and React writes
 * them for computed positions. Files and the API: nothing at all may run in them, except a worker's own imports.
 */
export type AnswerKind = 'page' | 'file' | 'api';

export function kindOfPath(path: string): AnswerKind {
  if (path.startsWith('/_next/')) return 'file';
  return path.startsWith('/api/') || path === '/healthz' || path === '/readyz' || path === '/metrics' ? 'api' : 'page';
}

export function contentPolicy(kind: AnswerKind, nonce: string, development: boolean): string {
  if (kind === 'api') return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  // A worker lives under the policy of its own file: it imports its parts from us and asks nobody.
  if (kind === 'file')
    return `default-src 'none'; script-src 'self'${development ? " 'unsafe-eval' 'unsafe-inline'; connect-src 'self'" : ''}; style-src 'self'; img-src 'self'; font-src 'self'; frame-ancestors 'none'`;
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "worker-src 'self'",
    "object-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export function securityHeaders(policy: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  };
}
