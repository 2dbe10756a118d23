'use client';
import { useRef } from 'react';
import type { Virtualizer } from '@tanstack/react-virtual';

/**
 * Brings the chosen row of a long list into view; -1 = none is chosen, or it is not there. A step goes no further than it must; a row that a link
 * names, or that has just come, stands in the middle, where a notice that comes below the list does not cover it.
 */
export function useScrollTo(virtual: Virtualizer<HTMLDivElement, Element>): (index: number) => void {
  const wasThere = useRef(false);
  return (index) => {
    const { range } = virtual;
    const isInView = range !== null && index >= range.startIndex && index <= range.endIndex;
    if (index >= 0) virtual.scrollToIndex(index, { align: wasThere.current || isInView ? 'auto' : 'center' });
    wasThere.current = index >= 0;
  };
}
