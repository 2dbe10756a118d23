'use client';
import { useEffect, useRef } from 'react';
import { useStoreApi } from '@xyflow/react';
import { liveFeed } from '@/components/live/live-feed-hooks';
import type { EdgeShape } from './edge-geometry';
import type { PlacedEdge } from './flow-model';
import { advance, createParticles, emissions, pointOn, type Track } from './particles';
import type { RatesStore } from './rates-store';
import styles from './topology.module.css';

const FRAME_MS = 1000 / 30;
const colours = ['--kafka', '--rabbit', '--bad'] as const;
type Colour = 0 | 1 | 2;

export interface ParticleLayerProps {
  readonly edges: readonly PlacedEdge[];
  readonly shapes: ReadonlyMap<string, EdgeShape>;
  readonly store: RatesStore;
  /** Numbers of the past stand still. */
  readonly live: boolean;
}

/** One canvas over all edges. It draws nothing while the feed is paused, the tab hidden, or motion unwanted. */
export function ParticleLayer({ edges, shapes, store, live }: ParticleLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const flow = useStoreApi();
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    const still = window.matchMedia('(prefers-reduced-motion: reduce)');
    if (!element || !context || !live) return;
    const placed = edges.flatMap((each) => {
      const shape = shapes.get(each.edge.id);
      return shape ? [{ id: each.edge.id, shape, colour: colourOf(each) }] : [];
    });
    const tracks: Track[] = placed.map(({ shape, colour }) => ({
      points: shape.points,
      length: shape.length,
      rate: 0,
      errorShare: 0,
      colour,
    }));
    const particles = createParticles(tracks.length);
    for (let index = 0; index < tracks.length; index += 1) particles.due[index] = Math.random();
    const point = new Float32Array(2);
    let perSecond: Float32Array = new Float32Array(tracks.length);
    let rates: unknown = null;
    let palette = readPalette();
    let frame = 0;
    let before = 0;

    const draw = (at: number): void => {
      frame = requestAnimationFrame(draw);
      if (at - before < FRAME_MS - 2) return;
      const seconds = Math.min(0.1, (at - before) / 1000);
      before = at;
      const moving = liveFeed.getSnapshot().status === 'live' || liveFeed.getSnapshot().status === 'behind';
      const newest = store.now();
      if (newest !== rates) {
        rates = newest;
        tracks.forEach((track, index) => {
          const value = newest.edges[placed[index]?.id ?? ''];
          track.rate = value?.rate ?? 0;
          track.errorShare = track.colour === 2 ? 1 : (value?.errorShare ?? 0);
        });
        perSecond = emissions(tracks);
      }
      if (moving && !still.matches) advance(particles, tracks, perSecond, seconds, Math.random);
      if (still.matches) particles.count = 0;
      const { transform, width, height } = flow.getState();
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      fit(element, width, height, ratio);
      const [panX, panY, zoom] = transform;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, element.width, element.height);
      context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * panX, ratio * panY);
      const radius = zoom < 0.4 ? 4.2 : 3.1;
      for (const colour of [0, 1, 2] as const) {
        context.beginPath();
        for (let index = 0; index < particles.count; index += 1) {
          const track = tracks[particles.track[index] ?? 0];
          const failed = particles.failed[index] === 1;
          if (!track || (failed ? 2 : track.colour) !== colour) continue;
          pointOn(track.points, particles.place[index] ?? 0, point);
          const x = point[0] ?? 0;
          const y = point[1] ?? 0;
          if (failed) {
            const r = radius + 1.2;
            context.moveTo(x, y - r);
            context.lineTo(x + r, y);
            context.lineTo(x, y + r);
            context.lineTo(x - r, y);
            context.closePath();
          } else {
            context.moveTo(x + radius, y);
            context.arc(x, y, radius, 0, 6.2832);
          }
        }
        context.fillStyle = palette[colour] ?? '#888';
        context.fill();
      }
    };
    const start = (): void => {
      cancelAnimationFrame(frame);
      before = performance.now();
      if (document.visibilityState !== 'hidden') frame = requestAnimationFrame(draw);
    };
    const theme = new MutationObserver(() => {
      palette = readPalette();
    });
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    document.addEventListener('visibilitychange', start);
    start();
    return () => {
      cancelAnimationFrame(frame);
      theme.disconnect();
      document.removeEventListener('visibilitychange', start);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, element.width, element.height);
    };
  }, [edges, shapes, store, live, flow]);
  return <canvas ref={canvas} className={styles.particles} aria-hidden="true" />;
}

/** The hue of the protocol; dead-lettering has its own. */
function colourOf({ edge }: PlacedEdge): Colour {
  if (edge.kind === 'dead-letter') return 2;
  return edge.system === 'kafka' ? 0 : 1;
}

function readPalette(): readonly string[] {
  const style = getComputedStyle(document.documentElement);
  return colours.map((name) => style.getPropertyValue(name).trim());
}

function fit(element: HTMLCanvasElement, width: number, height: number, ratio: number): void {
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (element.width !== w) element.width = w;
  if (element.height !== h) element.height = h;
}
