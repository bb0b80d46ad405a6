type Props = { values: number[]; label: string; width?: number; height?: number };

/** Evaluations of the last 24 hours as a line of bars; a flat line where there were none. */
export function Sparkline({ values, label, width = 60, height = 18 }: Props) {
  const top = Math.max(...values, 0);
  const step = width / Math.max(values.length, 1);
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="b-spark">
      <title>{label}</title>
      <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--b-line)" />
      {top > 0 && (
        <path
          d={values
            .map((value, index) => {
              const tall = value === 0 ? 0 : Math.max(1.5, (value / top) * (height - 1));
              return tall === 0
                ? ''
                : `M${(index * step).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${(step * 0.8).toFixed(1)}V${height}z`;
            })
            .join('')}
          fill="var(--mantine-color-anchor)"
        />
      )}
    </svg>
  );
}
