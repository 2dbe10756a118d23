'use client';

import { useRef, useState, type FocusEvent, type PointerEvent, type RefObject, type UIEvent } from 'react';

const inRows = (target: EventTarget): boolean => target instanceof Element && target.closest('tbody') !== null;

/**
 * Does somebody read the list just now: points at a row, has one under the keyboard's focus, or has scrolled away from the top? A list that
 * follows waits meanwhile, so that a click hits what one aims at.
 */
export function useReading(): {
  readonly reading: boolean;
  /** Back to the top of the list. */
  readonly toTop: () => void;
  readonly props: {
    readonly ref: RefObject<HTMLDivElement | null>;
    readonly onPointerOver: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: () => void;
    readonly onScrollCapture: (event: UIEvent) => void;
  };
} {
  const ref = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  return {
    reading: pointed || focused || scrolled,
    toTop: () => {
      ref.current?.querySelector('table')?.parentElement?.scrollTo({ top: 0 });
      setScrolled(false);
    },
    props: {
      ref,
      onPointerOver: ({ target }) => setPointed(inRows(target)),
      onPointerLeave: () => setPointed(false),
      onFocus: ({ target }) => setFocused(inRows(target) && target.matches(':focus-visible')),
      onBlur: () => setFocused(false),
      onScrollCapture: ({ target }) => setScrolled(target instanceof Element && target.scrollTop > 0),
    },
  };
}
