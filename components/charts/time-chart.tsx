'use client';

import dynamic from 'next/dynamic';
import { useMemo } from 'react';
import type { NamedSeries } from '@/lib/contract/samples';
import { formatCount } from '@/lib/time/format';
import { chartPicture } from './chart-picture';
import styles from './charts.module.css';

/** recharts is a third of a page's script: it comes when a chart is shown, and never on the server. */
const Plot = dynamic(() => import('./time-plot').then((part) => part.TimePlot), {
  ssr: false,
  loading: () => <div className={styles.waiting} aria-hidden="true" />,
});

export interface TimeChartProps {
  /** What is drawn: "Events behind, shop-kafka orders@payment". */
  readonly label: string;
  readonly series: readonly NamedSeries[];
  /** One colour token for each series, in order. */
  readonly colours: readonly string[];
  readonly height?: number;
  /** How a value is written on the axis and in the hover. */
  readonly format?: (value: number) => string;
}

/** Prepared series over time. Moments without a sample are hatched, never drawn as 0. */
export function TimeChart({ label, series, colours, height = 180, format = formatCount }: TimeChartProps) {
  const picture = useMemo(() => chartPicture(series), [series]);
  if (picture.known === 0) {
    return (
      <div className={styles.none} style={{ height }}>
        No samples in this time yet. They are taken every few seconds while the broker answers.
      </div>
    );
  }
  return (
    <figure className={styles.figure}>
      <div role="img" aria-label={`${label}: ${picture.words(format)}`} style={{ height }}>
        <Plot picture={picture} series={series} colours={colours} height={height} format={format} />
      </div>
      {series.length > 1 && (
        <figcaption className={styles.legend}>
          {series.map((one, index) => (
            <span key={one.name}>
              <i style={{ background: colours[index] }} aria-hidden="true" />
              {one.name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}
