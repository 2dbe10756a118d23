'use client';

import { useId } from 'react';
import { Area, CartesianGrid, ComposedChart, ReferenceArea, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { NamedSeries } from '@/lib/contract/samples';
import { useZone } from '@/components/live/preferences';
import { formatAxisTime, formatTime } from '@/lib/time/format';
import type { ChartPicture, ChartStep } from './chart-picture';
import styles from './charts.module.css';

interface TimePlotProps {
  readonly picture: ChartPicture;
  readonly series: readonly NamedSeries[];
  readonly colours: readonly string[];
  readonly height: number;
  readonly format: (value: number) => string;
}

/** Six minutes, µs. */
const SHORT = 360e6;

const axis = { fontSize: 11, fill: 'var(--ink-3)' };

/** The drawing itself; loaded by `TimeChart`. No motion: numbers change twice a second at most, in place. */
export function TimePlot({ picture, series, colours, height, format }: TimePlotProps) {
  const zone = useZone();
  // Minutes alone would repeat themselves on the axis.
  const short = (picture.steps.at(-1)?.at ?? 0) - (picture.steps[0]?.at ?? 0) < SHORT;
  const hatch = useId().replace(/[^\w-]/g, '');
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={[...picture.steps]} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <defs>
          <pattern id={hatch} width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0v4" stroke="var(--line-2)" strokeWidth="1" />
          </pattern>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--line-1)" />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={['dataMin', 'dataMax']}
          tickCount={5}
          minTickGap={48}
          tick={axis}
          tickLine={false}
          axisLine={{ stroke: 'var(--line-1)' }}
          tickFormatter={(at: number) => (short ? formatTime(at, { zone, precision: 'seconds' }) : formatAxisTime(at, { zone }))}
        />
        <YAxis width={52} tick={axis} tickLine={false} axisLine={false} tickFormatter={format} domain={[0, 'auto']} allowDecimals={false} />
        {picture.holes.map((hole) => (
          <ReferenceArea key={hole.from} x1={hole.from} x2={hole.to} fill={`url(#${hatch})`} fillOpacity={0.6} />
        ))}
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--line-2)' }}
          content={({ active, payload, label }) =>
            active ? (
              <Hover
                at={Number(label)}
                step={payload[0]?.payload as ChartStep | undefined}
                series={series}
                colours={colours}
                format={format}
                zone={zone}
              />
            ) : null
          }
        />
        {series.map((one, index) => (
          <Area
            key={one.name}
            dataKey={`v${index}`}
            name={one.name}
            type="linear"
            stroke={colours[index] ?? 'var(--ink-2)'}
            strokeWidth={1.5}
            strokeDasharray={index === 0 ? undefined : '4 2'}
            fill={colours[index] ?? 'var(--ink-2)'}
            fillOpacity={index === 0 ? 0.12 : 0}
            connectNulls={false}
            isAnimationActive={false}
            dot={false}
            activeDot={{ r: 3 }}
          />
        ))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

interface HoverProps extends Pick<TimePlotProps, 'series' | 'colours' | 'format'> {
  readonly at: number;
  readonly step: ChartStep | undefined;
  readonly zone: 'utc' | 'local';
}

function Hover({ at, step, series, colours, format, zone }: HoverProps) {
  return (
    <div className={styles.hover}>
      <div className="num quiet">{formatTime(at, { zone, precision: 'seconds' })}</div>
      {series.map((one, index) => {
        const value = step?.[`v${index}`];
        return (
          <div key={one.name}>
            <i style={{ background: colours[index] }} aria-hidden="true" />
            {one.name} <b className="num">{typeof value === 'number' ? format(value) : 'no sample'}</b>
          </div>
        );
      })}
    </div>
  );
}
