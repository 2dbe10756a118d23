import type { Micros } from '@/lib/events/names';

export const nowMicros = (): Micros => Math.floor((performance.timeOrigin + performance.now()) * 1000);
