import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, forgetSession, getJson, postJson, withQuery } from './api';

const answer = (status: number, body: unknown): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  forgetSession();
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => vi.unstubAllGlobals());

describe('the door to the API', () => {
  it('leaves out what is not asked', () => {
    expect(withQuery('/api/x', { a: 1, b: null, c: '', d: undefined, e: 'ä/b' })).toBe('/api/x?a=1&e=%C3%A4%2Fb');
    expect(withQuery('/api/x')).toBe('/api/x');
  });

  it("[AP2] throws the server's words with their cure", async () => {
    fetched.mockResolvedValueOnce(answer(503, { error: { code: 'store-unreachable', text: 'The store does not answer.', cure: 'Wait.' } }));
    await expect(getJson('/api/taps')).rejects.toMatchObject({
      status: 503,
      code: 'store-unreachable',
      message: 'The store does not answer.',
      cure: 'Wait.',
    });
  });

  it('[AP2] says when nothing answers, and when the answer is no JSON', async () => {
    fetched.mockRejectedValueOnce(new TypeError('fetch failed'));
    await expect(getJson('/api/taps')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
    fetched.mockResolvedValueOnce(answer(502, '<html>'));
    await expect(getJson('/api/taps')).rejects.toBeInstanceOf(ApiError);
  });

  it('[AP1] sends the token, and once more after the server was started anew', async () => {
    fetched
      .mockResolvedValueOnce(answer(200, { csrf: 'old' }))
      .mockResolvedValueOnce(
        answer(403, { error: { code: 'csrf', text: 'The page is older than this server.', cure: 'Reload the page.' } }),
      )
      .mockResolvedValueOnce(answer(200, { csrf: 'new' }))
      .mockResolvedValueOnce(answer(200, { ok: true }));
    await expect(postJson('/api/taps/retry', { tap: 'a' })).resolves.toEqual({ ok: true });
    const tokens = fetched.mock.calls
      .filter(([, init]) => init?.method === 'POST')
      .map(([, init]) => new Headers(init?.headers).get('x-eventyard-csrf'));
    expect(tokens).toEqual(['old', 'new']);
  });

  it('[AP1] does not send an action again that was refused for another reason', async () => {
    fetched
      .mockResolvedValueOnce(answer(200, { csrf: 'a' }))
      .mockResolvedValueOnce(answer(409, { error: { code: 'broker-is-read-only', text: 'No.', cure: null } }));
    await expect(postJson('/api/replay', {})).rejects.toMatchObject({ code: 'broker-is-read-only' });
    expect(fetched).toHaveBeenCalledTimes(2);
  });
});
