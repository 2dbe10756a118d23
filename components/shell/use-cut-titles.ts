'use client';
import { useEffect } from 'react';

/** Marks titles that stand here because the text was cut, so that they go when it is not. */
const MARK = 'data-cut-title';

/** A text that its place cuts off (…) is whole on hover and on focus, everywhere, without a title of its own. */
export function useCutTitles(): void {
  useEffect(() => {
    const look = ({ target }: Event): void => {
      if (target instanceof Element) for (const cut of cutAround(target)) tell(cut);
    };
    document.addEventListener('pointerover', look, { passive: true });
    document.addEventListener('focusin', look);
    return () => {
      document.removeEventListener('pointerover', look);
      document.removeEventListener('focusin', look);
    };
  }, []);
}

/** What may be cut: the place itself, the cell or line it stands in, what stands in it. */
function cutAround(target: Element): readonly HTMLElement[] {
  const cell = target.closest('td, th, .truncate, button, a') ?? target;
  return [target, cell, ...cell.querySelectorAll('.truncate')].filter((one): one is HTMLElement => one instanceof HTMLElement);
}

function tell(element: HTMLElement): void {
  const cut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).textOverflow === 'ellipsis';
  if (!cut) {
    if (element.hasAttribute(MARK)) for (const name of [MARK, 'title']) element.removeAttribute(name);
    return;
  }
  const text = element.textContent?.trim() ?? '';
  // A title that somebody wrote says more.
  if (text === '' || (element.closest('[title]') !== null && !element.hasAttribute(MARK)) || element.querySelector('[title]') !== null)
    return;
  element.title = text;
  element.setAttribute(MARK, '');
}
