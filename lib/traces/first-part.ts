import type { TraceView } from '@/lib/contract/traces';

/** Of a longer trace so many events come first, so that one reads while the rest is gathered. */
const FIRST_PART = 300;

/** All of a trace. */
export const tracePath = (traceId: string): string => `/api/traces/${encodeURIComponent(traceId)}`;

/** Its first events; a short trace whole. The page names it too, so that the browser asks while it still loads the page's script. */
export const firstPartPath = (traceId: string): string => `${tracePath(traceId)}?first=${FIRST_PART}`;

/** The rest is on its way, or could not be read. */
export const isFirstPart = ({ cut }: Pick<TraceView, 'cut'>): boolean => cut?.why === 'first-part';
