/**
 * Which names this server answers to. A page of another site can make its own name point at 127.0.0.1 (DNS rebinding) and would then be of
 * the "same origin" as we are; but its requests carry its own name as Host, and that is refused here, on every route and upgrade.
 */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export type HostCheck = (host: string | undefined) => boolean;

/** `allowed`: further names, with or without port. Names are compared without case and trailing dot; loopback names pass on any port. */
export function createHostCheck(allowed: readonly string[]): HostCheck {
  const names = new Set(allowed.map(normal));
  return (host) => {
    if (host === undefined) return false;
    const whole = normal(host);
    const name = withoutPort(whole);
    return name !== null && (LOOPBACK.has(name) || names.has(whole) || names.has(name));
  };
}

const normal = (host: string): string =>
  host
    .trim()
    .toLowerCase()
    .replace(/\.(?=:\d+$|$)/, '');

function withoutPort(host: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/.exec(host);
  return match?.[1] ?? null;
}
