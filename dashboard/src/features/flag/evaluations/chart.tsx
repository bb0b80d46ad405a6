import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Evaluations } from '@/api/types';
import { colourOf } from '@/components/rules/share-bar';
import { columns, stacked } from './table';

const height = 240;

function options(width: number, data: Evaluations, dark: boolean): uPlot.Options {
  const ink = dark ? '#c9d0d8' : '#3d4852';
  const grid = { stroke: dark ? '#3a3f46' : '#dfe3e8', width: 1 };
  const count = data.series.length;
  return {
    width,
    height,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, __, top) => [0, Math.max(top * 1.05, 5)] } },
    axes: [
      { stroke: ink, grid, values: '{HH}:{mm}' },
      { stroke: ink, grid, size: 56 },
    ],
    // The highest is drawn first, so that each lower area covers what is below its own line.
    series: [
      {},
      ...data.series
        .map((series, index) => ({
          label: series.label,
          stroke: colourOf(index),
          fill: colourOf(index),
          width: 1,
          points: { show: false },
          paths: uPlot.paths.stepped?.({ align: 1 }),
        }))
        .slice(0, count)
        .reverse(),
    ],
  };
}

/** Evaluations by variation as stacked areas. A picture: the sentence and the table beside it say the same. */
export function Chart({ data, label }: { data: Evaluations; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const dark = useComputedColorScheme('light') === 'dark';
  const table = useMemo<uPlot.AlignedData>(() => {
    const { at, lines } = columns(data);
    // The last step needs an end to be drawn up to.
    const ends = stacked(lines).map((line) => [...line, line.at(-1) ?? 0]);
    return [[...at, data.to / 1000], ...ends.reverse()];
  }, [data]);
  const shape = `${dark} ${data.series.map((series) => series.label).join()}`;
  const latest = useRef({ data, table });
  latest.current = { data, table };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new shape is a new chart, new numbers are not
  useEffect(() => {
    const target = box.current;
    if (!target) return;
    const made = new uPlot(
      options(target.clientWidth || 600, latest.current.data, dark),
      latest.current.table,
      target,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: target.clientWidth || 600, height }));
    watcher.observe(target);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(table);
  }, [table]);

  return <div ref={box} role="img" aria-label={label} style={{ minHeight: height }} />;
}
