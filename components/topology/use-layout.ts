'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Heights } from '@/lib/topology/column-layout';
import { readStored, writeStored } from '@/components/live/preferences';
import { gridHeights, layoutInput, type FlowModel } from './flow-model';
import type { LayoutAnswer, LayoutQuestion } from './layout.worker';

/** Places are data: kept per person and machine, also of nodes that are gone for now. */
const KEY = 'eventyard.topology.places';
const MOST_PLACES = 4000;
const DEADLINE_MS = 4000;

export interface LayoutState {
  /** null until the first picture is laid out. */
  readonly heights: Heights | null;
  /** The layout missed its deadline; this is a plain grid. */
  readonly plain: boolean;
  readonly tidyUp: () => void;
  /** A person puts a node somewhere; it stays there until it is moved again or everything is tidied up. */
  readonly move: (key: string, y: number, done: boolean) => void;
}

/** Heights of all nodes of the picture. Asks the worker only when a node has no place yet; what stands never moves by itself. */
export function useLayout(flow: FlowModel): LayoutState {
  const [places, setPlaces] = useState<Heights | null>(null);
  const [plain, setPlain] = useState(false);
  const asked = useRef('');
  const stop = useRef<(() => void) | null>(null);

  const ask = useCallback((model: FlowModel, known: Heights, anew: boolean) => {
    stop.current?.();
    stop.current = layOut(model, known, anew, (heights, missed) => {
      stop.current = null;
      setPlain(missed);
      const merged = anew ? heights : { ...known, ...heights };
      setPlaces(merged);
      if (!missed) writeStored(KEY, Object.fromEntries(Object.entries(merged).slice(-MOST_PLACES)));
    });
  }, []);

  useEffect(() => {
    if (flow.nodes.length === 0) return;
    const known = places ?? readStored<Heights>(KEY) ?? {};
    const missing = flow.nodes.filter(({ key }) => !Number.isFinite(known[key]));
    const question = missing.map(({ key }) => key).join('\n');
    if (missing.length === 0) {
      if (places === null) setPlaces(known);
      return;
    }
    if (asked.current === question && stop.current) return;
    asked.current = question;
    // When nothing of this picture ever had a place, it is laid out whole rather than squeezed beside places of another day.
    ask(flow, missing.length === flow.nodes.length ? {} : known, false);
  }, [flow, places, ask]);
  useEffect(
    () => () => {
      stop.current?.();
      stop.current = null;
    },
    [],
  );

  const complete = places !== null && flow.nodes.every(({ key }) => Number.isFinite(places[key]));
  const [last, setLast] = useState<Heights | null>(null);
  if (complete && places !== last) setLast(places);
  const move = useCallback((key: string, y: number, done: boolean) => {
    setPlaces((before) => {
      if (before === null) return before;
      const after = { ...before, [key]: Math.round(y) };
      if (done) writeStored(KEY, Object.fromEntries(Object.entries(after).slice(-MOST_PLACES)));
      return after;
    });
  }, []);
  return { move, heights: complete ? places : last, plain, tidyUp: () => ask(flow, {}, true) };
}

/** Runs the layout in a worker, against a deadline; without workers, or too late, a grid. Gives a function that ends it. */
function layOut(flow: FlowModel, known: Heights, anew: boolean, done: (heights: Heights, missed: boolean) => void): () => void {
  let worker: Worker | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const end = (): void => {
    worker?.terminate();
    worker = null;
    if (timer) clearTimeout(timer);
  };
  const giveUp = (): void => {
    end();
    done({ ...gridHeights(flow) }, true);
  };
  try {
    worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      end();
      done(data.heights, false);
    };
    worker.onerror = giveUp;
    worker.postMessage({ id: 1, ...layoutInput(flow), known, anew } satisfies LayoutQuestion);
    timer = setTimeout(giveUp, DEADLINE_MS);
  } catch {
    timer = setTimeout(giveUp, 0);
  }
  return end;
}
