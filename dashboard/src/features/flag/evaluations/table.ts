import type { Evaluations } from '@/api/types';

/** The chart's columns: a time axis in seconds and a line of counts per series, gaps as 0. */
export function columns(data: Evaluations): { at: number[]; lines: number[][] } {
  const steps = Math.max(1, Math.ceil((data.to - data.from) / data.stepMs));
  const at = Array.from({ length: steps }, (_, step) => (data.from + step * data.stepMs) / 1000);
  const lines = data.series.map((series) => {
    const line = new Array<number>(steps).fill(0);
    for (const point of series.points) {
      const step = Math.floor((point.at - data.from) / data.stepMs);
      if (step >= 0 && step < steps) line[step] = (line[step] ?? 0) + point.count;
    }
    return line;
  });
  return { at, lines };
}

/** Each line on top of those before it, as stacked areas are drawn. */
export function stacked(lines: number[][]): number[][] {
  const sum: number[] = [];
  return lines.map((line) =>
    line.map((count, step) => {
      sum[step] = (sum[step] ?? 0) + count;
      return sum[step];
    }),
  );
}

export const totals = (data: Evaluations): number[] =>
  data.series.map((series) => series.points.reduce((sum, point) => sum + point.count, 0));

/** The chart in one sentence, for those who do not see it. */
export function sentence(data: Evaluations, environment: string): string {
  if (data.total === 0) return `No evaluation in ${environment} in the last 24 hours.`;
  const parts = totals(data).map(
    (total, index) => `${data.series[index]?.label} ${total.toLocaleString('en')}`,
  );
  return `${data.total.toLocaleString('en')} evaluations in ${environment} in the last 24 hours: ${parts.join(', ')}.`;
}
