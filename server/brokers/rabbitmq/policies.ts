import { isAppError } from '@/lib/errors';
import { type JsonObject, type ManagementApi, numberIn, objectIn, textIn } from './management-api';

export interface Policy {
  readonly pattern: RegExp;
  readonly applyTo: string;
  readonly priority: number;
  readonly definition: JsonObject;
  readonly operator: boolean;
}

export async function readPolicies(api: ManagementApi): Promise<{ readonly policies: readonly Policy[]; readonly missing: string | null }> {
  try {
    const [users, operators] = await Promise.all([api.get('policies/{vhost}'), api.get('operator-policies/{vhost}').catch(() => [])]);
    return { policies: [...toPolicies(users, false), ...toPolicies(operators, true)], missing: null };
  } catch (error) {
    if (isAppError(error) && error.code === 'management-unreachable') throw error;
    return { policies: [], missing: isAppError(error) ? error.message : 'not readable' };
  }
}

function toPolicies(answer: unknown, operator: boolean): Policy[] {
  return (Array.isArray(answer) ? (answer as JsonObject[]) : []).flatMap((from) => {
    const pattern = regExpOf(textIn(from, 'pattern') ?? '');
    if (pattern === null) return [];
    return [
      {
        pattern,
        applyTo: textIn(from, 'apply-to') ?? 'all',
        priority: numberIn(from, 'priority') ?? 0,
        definition: objectIn(from, 'definition'),
        operator,
      },
    ];
  });
}

/** The broker's patterns are PCRE; what JavaScript can't read is passed over. */
function regExpOf(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern);
  } catch {
    return null;
  }
}

export type PolicySubject = 'exchange' | `${string}-queue`;

/** Of each kind (user's, operator's) the one with the highest priority whose pattern and `apply-to` fit; the operator's values win. */
export function effectivePolicy(policies: readonly Policy[], subject: PolicySubject, name: string): JsonObject {
  const best = (operator: boolean): JsonObject =>
    policies
      .filter((policy) => policy.operator === operator && appliesTo(policy.applyTo, subject) && policy.pattern.test(name))
      .reduce<Policy | null>((winner, policy) => (winner === null || policy.priority > winner.priority ? policy : winner), null)
      ?.definition ?? {};
  return { ...best(false), ...best(true) };
}

function appliesTo(applyTo: string, subject: PolicySubject): boolean {
  if (applyTo === 'all') return true;
  if (subject === 'exchange') return applyTo === 'exchanges';
  return (
    applyTo === 'queues' || applyTo === `${subject.replace('-queue', '')}_queues` || (applyTo === 'streams' && subject === 'stream-queue')
  );
}
