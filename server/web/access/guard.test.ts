import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getServices } from '../services';
import { startTestWeb, type TestWeb } from '../web.fixture';

let web: TestWeb;
beforeAll(async () => {
  web = await startTestWeb();
});
afterAll(() => web.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly error?: { code: string; text: string; cure: string | null };
    readonly nonce?: string | null;
    readonly csp?: string | null;
  };
}

/** Node's own client: unlike fetch it sends the Host, Origin and Cookie that it is told. */
function ask(
  path: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port: web.port,
        path,
        method: options.method ?? 'GET',
        headers: { host: `localhost:${web.port}`, ...options.headers },
      },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => (text += part))
          .on('end', () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? {} : JSON.parse(text) });
          });
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

describe('the names we answer to', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]', 'localhost.', 'watch.example'])('[A1] lets %s in, on any port', async (host) => {
    expect((await ask('/', { headers: { host } })).status).toBe(200);
    expect((await ask('/', { headers: { host: `${host}:1234` } })).status).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', 'localhost:80:evil', 'a@localhost', '0.0.0.0', '2130706433'])(
    '[A1] refuses %j on pages, files, the API and health',
    async (host) => {
      for (const path of ['/', '/_next/static/x.js', '/api/session', '/healthz', '/metrics']) {
        const answer = await ask(path, { headers: { host } });
        expect(answer).toMatchObject({ status: 421, body: { error: { code: 'host-not-allowed' } } });
      }
    },
  );

  it('[A2] refuses an upgrade under a wrong name or from a foreign page, on any path', async () => {
    for (const [path, headers] of [
      ['/live/?EIO=4&transport=websocket', 'Host: evil.example'],
      ['/_next/hmr', `Host: localhost:${web.port}\r\nOrigin: http://evil.example`],
      ['/live/?EIO=4&transport=websocket', `Host: localhost:${web.port}\r\nOrigin: null`],
    ]) {
      const socket = connect(web.port, '127.0.0.1');
      socket.write(
        `GET ${path} HTTP/1.1\r\n${headers}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      );
      let text = '';
      socket.on('data', (data) => (text += data));
      await once(socket, 'close');
      expect(text).toMatch(/^HTTP\/1\.1 403/);
      expect(text).not.toContain('101');
    }
  });

  it('[A3] believes no forwarded header and no nonce from outside', async () => {
    const { body } = await ask('/', {
      headers: { 'x-forwarded-host': 'evil.example', 'x-nonce': 'known', 'content-security-policy': "script-src 'nonce-known'" },
    });
    expect(body.nonce).not.toBe('known');
    expect(body.csp).toContain(`'nonce-${body.nonce}'`);
    expect((await ask('/api/session', { headers: { 'x-nonce': 'known' } })).body.nonce).toBeNull();
  });
});

describe('actions', () => {
  const own = () => {
    const { token, setCookie } = getServices().csrf.issue(undefined);
    return {
      origin: `http://localhost:${web.port}`,
      cookie: setCookie?.split(';')[0] ?? '',
      'x-eventyard-csrf': token,
      'content-type': 'application/json',
    };
  };
  const act = (headers: Record<string, string>, body = '{}', path = '/api/replay') =>
    ask(path, { method: 'POST', headers: { 'content-length': String(Buffer.byteLength(body)), ...headers }, body });

  it('[A4] pass from our own page with its token', async () => {
    expect((await act(own())).status).toBe(200);
    const { origin: _origin, ...rest } = own();
    expect((await act({ ...rest, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['another port of this host', { origin: 'http://localhost:1' }],
    ['no page at all', { origin: 'null' }],
    ['a page that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a page that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
  ])('[A4] are refused from %s, even with the token', async (_, headers) => {
    expect(await act({ ...own(), ...(headers as Record<string, string>) })).toMatchObject({
      status: 403,
      body: { error: { code: 'foreign-origin' } },
    });
  });

  it('[A4] are refused when nobody says where they come from', async () => {
    const { origin: _origin, ...rest } = own();
    expect(await act(rest)).toMatchObject({ status: 403, body: { error: { code: 'foreign-origin' } } });
  });

  it('[A5] are refused without the token, with a token of another cookie, and with a planted cookie', async () => {
    const { 'x-eventyard-csrf': token, ...rest } = own();
    for (const headers of [
      rest,
      { ...rest, 'x-eventyard-csrf': '' },
      { ...own(), 'x-eventyard-csrf': token },
      { ...own(), cookie: `eventyard-${web.port}=AAAAAAAAAAAAAAAAAAAAAAAA` },
      { ...own(), cookie: '' },
    ]) {
      expect(await act(headers)).toMatchObject({ status: 403, body: { error: { code: 'csrf' } } });
    }
  });

  it('[A5] keep one token as long as the cookie lasts, and the cookie out of scripts and foreign requests', () => {
    const { csrf } = getServices();
    const { token, setCookie } = csrf.issue(undefined);
    expect(setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(csrf.issue(`other=1; ${setCookie?.split(';')[0]}`)).toEqual({ token, setCookie: null });
  });

  it('[A6] are JSON of a said and bounded length', async () => {
    expect(await act({ ...own(), 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    expect(await act({ ...own(), 'content-length': String(300 * 1024) })).toMatchObject({
      status: 413,
      body: { error: { code: 'body-too-large' } },
    });
    expect(await ask('/api/replay', { method: 'POST', headers: { ...own(), 'transfer-encoding': 'chunked' }, body: '{}' })).toMatchObject({
      status: 411,
    });
  });

  it('[A6] exist on the API only, and only as POST', async () => {
    expect(await act(own(), '{}', '/')).toMatchObject({ status: 405 });
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE'])
      expect(await ask('/api/replay', { method, headers: own() })).toMatchObject({ status: 405 });
  });
});

describe('every request', () => {
  it('[A7] with an over-long address gets a clear answer', async () => {
    expect(await ask(`/api/traces?q=${'x'.repeat(5000)}`)).toMatchObject({
      status: 414,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { error: { code: 'query-too-long' } },
    });
  });

  it.each(['//evil.example/', '/\\evil.example', 'http://evil.example/'])('[A7] with the address %s is refused', async (path) => {
    expect((await ask(path)).status).toBe(400);
  });

  it('[A8] of a foreign page reaches no API, but a person may follow a link to a page', async () => {
    expect(await ask('/api/traces', { headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({ status: 403 });
    expect(await ask('/api/traces', { headers: { 'sec-fetch-site': 'none' } })).toMatchObject({ status: 200 });
    expect(await ask('/traces', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } })).toMatchObject({
      status: 200,
    });
  });

  it('[A9] is answered with a policy: pages by nonce, a fresh one each, files and the API with nothing to run', async () => {
    const [one, other, api, file] = await Promise.all([ask('/'), ask('/'), ask('/api/session'), ask('/_next/static/x.js')]);
    const policy = String(one.headers['content-security-policy']);
    expect(policy).toContain(`script-src 'self' 'nonce-${one.body.nonce}' 'strict-dynamic';`);
    expect(policy).toContain(`style-src 'self' 'nonce-${one.body.nonce}';`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(policy.replace("style-src-attr 'unsafe-inline'", '')).not.toContain('unsafe-inline');
    expect(one.body.nonce).not.toBe(other.body.nonce);
    expect(api.headers['content-security-policy']).toMatch(/^default-src 'none'; frame-ancestors 'none'/);
    expect(file.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    for (const { headers } of [one, api, file])
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
      });
  });
});
