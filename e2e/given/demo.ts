import { expect, type APIRequestContext, type Page } from '@playwright/test';
import type { DeadLettersView, DeadLetterPage } from '../../lib/contract/dead-letters';
import type { SagasView } from '../../lib/contract/sagas';
import type { TracesPage, TraceSummary } from '../../lib/contract/traces';

export const PATIENT = { timeout: 240_000, intervals: [500, 1_000, 2_000] };

export async function ask<T>(request: APIRequestContext, path: string): Promise<T> {
  const answer = await request.get(path);
  expect(answer.status(), path).toBe(200);
  return (await answer.json()) as T;
}

/** A transaction that went over both brokers and came to its end. */
export async function aTraceOverBothBrokers(request: APIRequestContext): Promise<TraceSummary> {
  let found: TraceSummary | undefined;
  await expect
    .poll(async () => {
      const { traces } = await ask<TracesPage>(request, '/api/traces?from=-15m&limit=1000');
      found = traces.find((trace) => trace.brokers.length === 2 && trace.events >= 15);
      return found !== undefined;
    }, PATIENT)
    .toBe(true);
  return found!;
}

export async function aStuckSaga(request: APIRequestContext): Promise<SagasView['instances'][number]> {
  let found: SagasView['instances'][number] | undefined;
  await expect
    .poll(async () => {
      found = (await ask<SagasView>(request, '/api/sagas')).instances.find((saga) => saga.state === 'stuck');
      return found !== undefined;
    }, PATIENT)
    .toBe(true);
  return found!;
}

/** The newest letter that the mail server refused, seen after `since` (µs): a letter from before a crash of the demo died with its broker. */
export async function aRefusedMail(request: APIRequestContext, since = 0): Promise<DeadLetterPage['letters'][number]> {
  let found: DeadLetterPage['letters'][number] | undefined;
  await expect
    .poll(async () => {
      const { groups } = await ask<DeadLettersView>(request, '/api/dead-letters?from=-60m');
      const group = groups.find((one) => one.cause.includes('Undeliverable'));
      if (group === undefined) return false;
      const { letters } = await ask<DeadLetterPage>(request, `/api/dead-letters/letters?group=${encodeURIComponent(group.id)}&from=-60m`);
      found = letters.find((letter) => letter.state === 'waiting' && letter.event.observedAt > since);
      return found !== undefined;
    }, PATIENT)
    .toBe(true);
  return found!;
}

/** Switches the shop as the demo's strip does. */
export const scenario = (request: APIRequestContext, name: string): Promise<unknown> =>
  act(request, '/api/demo/scenario', { scenario: name });

/** Another person sends a letter again. */
export async function replay(request: APIRequestContext, letter: string, reason: string): Promise<void> {
  const report = (await act(request, '/api/replay', { letters: [letter], reason })) as { refused: unknown };
  expect(report.refused).toBeNull();
}

/** As a page of ours does it: with the token of its session. */
async function act(request: APIRequestContext, path: string, data: object): Promise<unknown> {
  const { csrf } = await ask<{ csrf: string }>(request, '/api/session');
  const answer = await request.post(path, {
    data,
    headers: { 'x-eventyard-csrf': csrf, origin: new URL(answerUrl()).origin },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  return answer.json();
}

export const answerUrl = (): string => `http://127.0.0.1:${process.env.EVENTYARD_TEST_PORT}`;

/** Opens a page and waits until it hears from the server. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.locator('main')).toBeVisible();
}
