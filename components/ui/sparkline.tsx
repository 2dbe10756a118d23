import { useId } from 'react';
import styles from './figure.module.css';

export interface SparklineProps {
  /** `null` = no sample: hatched, never 0. */
  readonly values: readonly (number | null)[];
  readonly width?: number;
  readonly height?: number;
  /** A colour token, e.g. `var(--kafka)`. */
  readonly colour?: string;
  readonly label: string;
  /** Full width of its parent instead of `width` pixels. */
  readonly fluid?: boolean;
}

/** A line of at most some sixty points as one SVG path; holes in the samples are hatched. */
export function Sparkline({ values, width = 84, height = 22, colour = 'var(--ink-2)', label, fluid = false }: SparklineProps) {
  const pattern = useId();
  const shape = sparkShape(values, width, height);
  return (
    <svg
      className={styles.spark}
      width={fluid ? '100%' : width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio={fluid ? 'none' : undefined}
      role="img"
      aria-label={label}
    >
      {shape.holes.length > 0 && (
        <defs>
          <pattern id={pattern} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0v4" stroke="var(--line-2)" strokeWidth="1" />
          </pattern>
        </defs>
      )}
      {shape.holes.map((hole) => (
        <rect key={hole.x} x={hole.x} y={1} width={hole.width} height={height - 2} fill={`url(#${pattern})`} opacity=".55" />
      ))}
      {shape.runs.map((run) => (
        <g key={run.line}>
          <path d={run.area} fill={colour} opacity=".13" />
          <path d={run.line} fill="none" stroke={colour} strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
        </g>
      ))}
      {shape.last && !fluid && <circle cx={shape.last.x} cy={shape.last.y} r="2" fill={colour} />}
    </svg>
  );
}

/** The geometry alone, so that it can be tested: paths of the unbroken runs and the holes between them. */
export function sparkShape(values: readonly (number | null)[], width: number, height: number) {
  const known = values.filter((value): value is number => value !== null);
  const max = Math.max(...known, 0);
  const min = Math.min(...known, 0);
  const span = max - min || 1;
  const step = values.length > 1 ? (width - 4) / (values.length - 1) : 0;
  const x = (index: number): number => round(1 + index * step);
  const y = (value: number): number => round(height - 2 - ((value - min) / span) * (height - 5));
  const runs: { line: string; area: string }[] = [];
  const holes: { x: number; width: number }[] = [];
  let start = 0;
  while (start < values.length) {
    const hole = values[start] === null;
    let end = start;
    while (end + 1 < values.length && (values[end + 1] === null) === hole) end += 1;
    if (hole) {
      const from = start === 0 ? x(0) : x(start - 1);
      holes.push({ x: from, width: round(Math.max(1, x(Math.min(values.length - 1, end + 1)) - from)) });
    } else {
      const points = values.slice(start, end + 1).map((value, index) => `${x(start + index)} ${y(value as number)}`);
      const line = points.length === 1 ? `M${points[0]}h1` : `M${points.join('L')}`;
      runs.push({ line, area: `${line}L${x(end)} ${height - 1}L${x(start)} ${height - 1}Z` });
    }
    start = end + 1;
  }
  const lastValue = values.at(-1);
  const last = lastValue === null || lastValue === undefined ? null : { x: x(values.length - 1), y: y(lastValue) };
  return { runs, holes, last };
}

const round = (value: number): number => Math.round(value * 10) / 10;
