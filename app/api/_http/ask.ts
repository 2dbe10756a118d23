import { z } from 'zod';
import { AppError } from '@/lib/errors';
import type { Micros } from '@/lib/events/names';
import { readRange, resolveRange } from '@/lib/time/range';

/** Longer is no name and no id. */
const LONGEST = 1000;

export const text = z.string().min(1).max(LONGEST);
export const flag = z.enum(['true', 'false']).transform((word) => word === 'true');
export const names = z
  .string()
  .max(LONGEST)
  .transform((list) => new Set(list.split(',').filter(Boolean)));
export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** The query's named fields; an empty one is not said, an unknown one is nobody's. */
export function query<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  const given = Object.fromEntries([...new URL(request.url).searchParams].filter(([, value]) => value !== ''));
  return parse(schema, given);
}

/** `from` and `to` of the query as instants; the last 15 minutes when nothing is said. */
export function rangeOf(request: Request, now: Micros): { readonly from: Micros; readonly to: Micros } {
  const params = new URL(request.url).searchParams;
  const range = readRange({ from: params.get('from'), to: params.get('to') });
  if (range === 'not-a-range') throw badRequest('from and to are a moment ago (-15m), an instant in ISO 8601, or µs since 1970');
  return resolveRange(range, now);
}

export const hasRange = (request: Request): boolean => new URL(request.url).searchParams.has('from');

/** The body of an action. */
export async function body<T extends z.ZodType>(request: Request, schema: T): Promise<z.output<T>> {
  let given: unknown;
  try {
    given = await request.json();
  } catch {
    throw badRequest('the body is not JSON');
  }
  return parse(schema, given);
}

/** What the schema makes of it; else says which field is wrong and what is allowed, never the value. */
export function parse<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badRequest(issue === undefined ? 'not understood' : `${issue.path.join('.') || 'the request'}: ${issue.message}`);
}

const badRequest = (what: string): AppError => new AppError('bad-request', `Not understood: ${what}.`);
