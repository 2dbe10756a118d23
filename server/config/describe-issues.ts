import type { z } from 'zod';

/** One line per problem: path, kind of the value found, what is allowed. Never the value itself: it may be a secret. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => describe(issue, []));
}

function describe(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  const place = path.length === 0 ? '(top)' : path.map(String).join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => `${[...path, key].map(String).join('.')}: there is no such setting`);
    case 'invalid_type':
      return [`${place}: ${issue.expected} is expected, ${kindIn(issue.message)} was given`];
    case 'invalid_value':
      return [`${place}: one of ${issue.values.map(String).join(', ')} is allowed`];
    case 'invalid_union':
      return describeUnion(issue, path, place);
    case 'too_small':
      return [`${place}: at least ${issue.minimum}${unit(issue.origin)} is expected`];
    case 'too_big':
      return [`${place}: at most ${issue.maximum}${unit(issue.origin)} is allowed`];
    case 'invalid_format':
    case 'custom':
      return [`${place}: ${issue.message}`];
    default:
      return [`${place}: not allowed (${issue.code})`];
  }
}

/** Of several allowed forms, tell the complaint of the one that came nearest (the deepest path). */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], place: string): string[] {
  const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0];
  if (nearest === undefined || depth(nearest) === 0) return [`${place}: the value has not one of the allowed forms`];
  return nearest.flatMap((one) => describe(one, path));
}

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map((one) => one.path.length));
const unit = (origin: string): string => (origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '');
/** Zod says the kind of the value only in its text: "expected number, received string". */
const kindIn = (message: string): string => /received (\w+)/.exec(message)?.[1] ?? 'something else';
