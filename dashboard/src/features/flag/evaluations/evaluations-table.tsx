import type { Evaluations } from '@/api/types';
import { absolute } from '@/lib/time';
import classes from '../flag.module.css';
import { columns } from './table';

/** The chart's numbers, newest first; steps in which nothing was evaluated are left out. */
export function EvaluationsTable({ data }: { data: Evaluations }) {
  const { at, lines } = columns(data);
  const steps = at
    .map((seconds, step) => ({ seconds, counts: lines.map((line) => line[step] ?? 0) }))
    .filter((row) => row.counts.some((count) => count > 0))
    .reverse();
  return (
    <section
      className="b-scroll-x"
      aria-label="Evaluations by time"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      style={{ maxHeight: 360, overflowY: 'auto' }}
    >
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {data.series.map((series) => (
              <th
                key={`${series.label} ${series.reason ?? ''}`}
                scope="col"
                className={classes['number-cell']}
              >
                {series.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((row) => (
            <tr key={row.seconds}>
              <td>{absolute(row.seconds * 1000)}</td>
              {row.counts.map((count, index) => (
                <td key={data.series[index]?.label} className={classes['number-cell']}>
                  {count.toLocaleString('en')}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
