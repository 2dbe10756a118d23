import { get as httpGetPlain } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { TlsSettings } from './rabbit-settings';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** One GET over HTTP or HTTPS. `fetch` takes no certificate authority of one's own. Rejects with the socket's error (`code`), or with one named `TimeoutError`. */
export function httpGet(
  url: string,
  options: { readonly headers: Readonly<Record<string, string>>; readonly timeoutMs: number; readonly tls: TlsSettings },
): Promise<HttpAnswer> {
  const { headers, timeoutMs, tls } = options;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = url.startsWith('https:') ? httpsGet(url, { headers, signal, ...tls }) : httpGetPlain(url, { headers, signal });
    request.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('close', () => {
        if (!response.complete) reject(signal.aborted ? (signal.reason as Error) : new Error('the answer was cut off'));
        else resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
  });
}

/** Why a request failed, for a person: never holds the address' password. */
export function whyNot(error: unknown): string {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  return name === 'TimeoutError' ? 'time-out' : (code ?? message ?? 'no connection');
}
