import type { ReactNode } from 'react';

export type LineLook = 'seen' | 'declared' | 'inferred' | 'dead-letter';

/** A short piece of a line as the picture draws it, for legends and the panel. */
export function LineSample({
  look,
  hue = 'var(--ink-2)',
  ground = 'var(--surface-1)',
  width = 26,
}: {
  readonly look: LineLook;
  readonly hue?: string;
  readonly ground?: string;
  readonly width?: number;
}) {
  return (
    <svg width={width} height={10} aria-hidden="true">
      {draw(look, hue, ground, width)}
    </svg>
  );
}

function draw(look: LineLook, hue: string, ground: string, width: number): ReactNode {
  switch (look) {
    case 'seen':
      return <path d={`M0 5h${width}`} stroke={hue} strokeWidth="2.4" />;
    case 'declared':
      return (
        <>
          <path d={`M0 5h${width}`} stroke={hue} strokeWidth="4.4" />
          <path d={`M0 5h${width}`} stroke={ground} strokeWidth="2.2" />
        </>
      );
    case 'inferred':
      return <path d={`M2 5h${width - 2}`} stroke={hue} strokeWidth="2.6" strokeDasharray=".1 5.5" strokeLinecap="round" />;
    case 'dead-letter':
      return (
        <>
          <path d={`M0 5h${width}`} stroke="var(--bad)" strokeWidth="1.8" />
          <path d={`M${width / 2} .8 ${width / 2 + 4.2} 5 ${width / 2} 9.2 ${width / 2 - 4.2} 5z`} fill="var(--bad)" />
        </>
      );
  }
}
