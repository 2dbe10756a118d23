/** Counts over time as small bars. */
export function SparkBars({
  values,
  label,
  width = 150,
  height = 26,
}: {
  readonly values: readonly number[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const most = Math.max(1, ...values);
  const bar = width / Math.max(1, values.length);
  return (
    <svg width={width} height={height} role="img" aria-label={label}>
      <path d={`M0 ${height - 0.5}H${width}`} stroke="var(--line-1)" />
      {values.map((value, index) =>
        value === 0 ? null : (
          <rect
            key={index}
            x={index * bar}
            y={height - 1 - Math.max(2, (value / most) * (height - 3))}
            width={Math.max(1, bar - 1)}
            height={Math.max(2, (value / most) * (height - 3))}
            fill="var(--bad)"
          />
        ),
      )}
    </svg>
  );
}
