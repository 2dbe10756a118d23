import type { FindView, PlaceHit } from '@/lib/contract/find';
import { deadLetterHref, lagHref, queueHref, sagasHref, topologyHref, traceHref } from '@/lib/hrefs';
import { matchScore } from '@/lib/find/match-score';
import type { EventRow } from '@/lib/contract/traces';
import type { Services } from '../services';
import { declaredTopology } from './drawing';

const MOST_PLACES = 20;
const MOST_IDS = 10;
/** Shorter texts are words, not ids: they would be looked for in vain. */
const SHORTEST_ID = 2;

/** What the palette's field finds: places by name, and any id that was seen. */
export async function find(services: Services, asked: string): Promise<FindView> {
  const { store, settings } = services;
  const text = asked.trim();
  if (text === '') return { asked, ids: [], places: [] };
  const [pictures, names, hits] = await Promise.all([
    store.pictures(),
    store.names(),
    text.length < SHORTEST_ID || /\s/.test(text) ? [] : store.findId(text, MOST_IDS),
  ]);
  const { nodes } = declaredTopology(services, pictures);
  const systemOf = (broker: string) => settings.brokers.find(({ name }) => name === broker)?.system ?? null;
  const places: PlaceHit[] = [
    ...nodes.map((node): PlaceHit => {
      if (node.kind === 'service') return { kind: 'service', title: node.title, broker: null, system: null, href: topologyHref(node.id) };
      const { broker, system, title } = node;
      if (node.kind === 'channel') return { kind: 'channel', title, broker, system, href: topologyHref(node.id) };
      return {
        kind: 'inbox',
        title: node.inbox,
        broker,
        system,
        href: node.inboxKind === 'group' ? lagHref(broker, node.inbox) : queueHref(broker, node.inbox),
      };
    }),
    ...names.services.map((service): PlaceHit => ({
      kind: 'service',
      title: service,
      broker: null,
      system: null,
      href: topologyHref(`service:${service}`),
    })),
    ...names.channels.map(({ broker, channel }): PlaceHit => ({
      kind: 'channel',
      title: channel,
      broker,
      system: systemOf(broker),
      href: topologyHref(`channel:${broker}/${channel}`),
    })),
    ...settings.sagas.map((saga): PlaceHit => ({ kind: 'saga', title: saga.name, broker: null, system: null, href: sagasHref(saga.name) })),
  ];
  const found = [...new Map(places.map((place) => [place.href, place])).values()]
    .map((place) => ({ place, score: matchScore(place.title, text) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.place.title.length - b.place.title.length || (a.place.title < b.place.title ? -1 : 1));
  return {
    asked,
    ids: hits.map(({ field, event }) => ({ field, value: text, event, href: hrefOf(event) })),
    places: found.slice(0, MOST_PLACES).map(({ place }) => place),
  };
}

const hrefOf = (event: EventRow): string =>
  event.traceId !== null
    ? traceHref(event.traceId, event.id)
    : event.deadLetter
      ? deadLetterHref(event.id)
      : topologyHref(`channel:${event.broker}/${event.channel}`);
