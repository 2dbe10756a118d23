'use client';
import { useEffect, useRef, useState, type RefObject } from 'react';

/** The width of an element in whole pixels, 0 until it is measured. */
export function useWidth<Element extends HTMLElement>(): readonly [ref: RefObject<Element | null>, width: number] {
  const ref = useRef<Element>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
