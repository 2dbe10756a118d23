import type { SessionView } from '@/lib/contract/common';
import type { Services } from '../services';

/** What every page needs once; with the cookie to set when the browser has none yet. */
export function getSession(
  { settings, csrf, clock }: Services,
  cookies: string | undefined,
): { readonly view: SessionView; readonly setCookie: string | null } {
  const { token, setCookie } = csrf.issue(cookies);
  const { environment, brokers, demo } = settings;
  return { view: { environment, brokers, csrf: token, demo, now: Math.floor(clock() / 1000) }, setCookie };
}
