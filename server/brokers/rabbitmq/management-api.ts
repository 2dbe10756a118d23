import { AppError } from '@/lib/errors';
import { httpGet, whyNot } from './http-get';
import { type RabbitSettings, tlsOf, vhostOf } from './rabbit-settings';

const ANSWER_WITHIN_MS = 15_000;
/** The most the API gives at once. */
const PAGE = 500;

/** The management API of one vhost, as plain objects. Throws AppErrors `management-unreachable`, `broker-auth`, `broker-permission`. */
export interface ManagementApi {
  /** `path` below `/api/`; `{vhost}` in it is replaced. */
  get(path: string): Promise<unknown>;
  /** Every page of a paged list. */
  list(path: string): Promise<readonly JsonObject[]>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function openManagementApi(settings: RabbitSettings): ManagementApi {
  const base = new URL(settings.apiUrl);
  const amqp = new URL(settings.url);
  const user = settings.apiUser ?? decodeURIComponent(base.username || amqp.username || 'guest');
  const password = settings.apiPassword ?? decodeURIComponent(base.password || amqp.password || 'guest');
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const vhost = encodeURIComponent(vhostOf(settings.url));
  const root = `${base.protocol}//${base.host}${base.pathname.replace(/\/(api\/?)?$/, '')}/api/`;

  async function get(path: string): Promise<unknown> {
    const { status, text } = await httpGet(root + path.replace('{vhost}', vhost), {
      headers: { authorization, accept: 'application/json' },
      timeoutMs: ANSWER_WITHIN_MS,
      tls: tlsOf(settings),
    }).catch((error: unknown) => {
      throw unreachable(base.host, whyNot(error), error);
    });
    if (status === 401 || status === 403)
      throw new AppError(
        status === 401 && /not_authorised|Login failed/i.test(text) && !/management user/i.test(text) ? 'broker-auth' : 'broker-permission',
        `The management API at ${base.host} refused the user "${user}" (${status})`,
        { retryable: true, cure: `rabbitmqctl set_user_tags ${user} monitoring` },
      );
    if (status < 200 || status > 299)
      throw new AppError('management-unreachable', `The management API at ${base.host} answered ${status}`, {
        retryable: true,
        cure: CURE,
      });
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw unreachable(base.host, 'it did not answer with JSON', error);
    }
  }

  async function list(path: string): Promise<readonly JsonObject[]> {
    const items: JsonObject[] = [];
    for (let page = 1, pages = 1; page <= pages; page++) {
      const answer = await get(`${path}${path.includes('?') ? '&' : '?'}page=${page}&page_size=${PAGE}`).catch((error: unknown) => {
        // A list that shrank meanwhile has fewer pages: the API answers 400 to the page that went.
        if (page > 1 && error instanceof AppError && error.message.endsWith('400')) return null;
        throw error;
      });
      if (answer === null) break;
      if (Array.isArray(answer)) return answer as JsonObject[];
      const { items: some, page_count: count } = answer as { items?: JsonObject[]; page_count?: number };
      items.push(...(some ?? []));
      pages = count ?? 1;
    }
    return items;
  }

  return { get, list };
}

const CURE = 'Check rabbitmq.api and that the plugin rabbitmq_management is enabled; the tap goes on with the bindings it knows.';

const unreachable = (host: string, why: string, cause: unknown): AppError =>
  new AppError('management-unreachable', `The management API at ${host} does not answer (${why})`, { retryable: true, cure: CURE, cause });

export const textIn = (from: JsonObject, field: string): string | null =>
  typeof from[field] === 'string' ? (from[field] as string) : null;
export const numberIn = (from: JsonObject, field: string): number | null =>
  typeof from[field] === 'number' ? (from[field] as number) : null;
export const objectIn = (from: JsonObject, field: string): JsonObject => {
  const value = from[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
};
