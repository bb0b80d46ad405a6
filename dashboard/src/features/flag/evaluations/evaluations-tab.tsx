import { Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { evaluationsQuery } from '@/api/flags';
import type { Evaluations, FlagDetail } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { colourOf } from '@/components/rules/share-bar';
import { EmptyState, QueryState } from '@/components/states';
import classes from '../flag.module.css';
import { EvaluationsTable } from './evaluations-table';
import { sentence, totals } from './table';

// The chart's library comes only with this tab.
const Chart = lazy(async () => ({ default: (await import('./chart')).Chart }));

/** What programs were served in the last 24 hours, by variation and by application. */
export function EvaluationsTab({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  const query = useQuery(evaluationsQuery(project.key, flag.key, environment.key, 24));
  return (
    <QueryState query={query} what="The evaluations could not be loaded">
      {(data) =>
        data.total === 0 ? (
          <EmptyState title={`No evaluation in ${environmentName(environment)} in the last 24 hours`}>
            Programs report their counts every few seconds. Nothing has asked for {flag.key} here yet.
          </EmptyState>
        ) : (
          <Loaded data={data} name={environmentName(environment)} />
        )
      }
    </QueryState>
  );
}

function Loaded({ data, name }: { data: Evaluations; name: string }) {
  const [table, setTable] = useState(false);
  const sums = totals(data);
  return (
    <div className={classes.stack}>
      <div className={classes.line} style={{ justifyContent: 'space-between' }}>
        <Text size="sm">{sentence(data, name)}</Text>
        <Switch
          size="sm"
          label="View as table"
          checked={table}
          onChange={(event) => setTable(event.currentTarget.checked)}
        />
      </div>
      {table ? (
        <EvaluationsTable data={data} />
      ) : (
        <Suspense fallback={<div className={classes.chart} />}>
          <Chart data={data} label={sentence(data, name)} />
          <div className={classes.legend}>
            {data.series.map((series, index) => (
              <span key={`${series.label} ${series.reason ?? ''}`}>
                <span className={classes.swatch} style={{ background: colourOf(index) }} aria-hidden />
                {series.label} {(sums[index] ?? 0).toLocaleString('en')}
              </span>
            ))}
          </div>
        </Suspense>
      )}
      <ByApplication data={data} />
    </div>
  );
}

function ByApplication({ data }: { data: Evaluations }) {
  return (
    <section
      className="b-scroll-x"
      aria-label="Evaluations by application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table className={classes.table}>
        <caption style={{ textAlign: 'left', fontWeight: 600, padding: '8px 0' }}>By application</caption>
        <thead>
          <tr>
            <th scope="col">Application</th>
            <th scope="col">Version</th>
            <th scope="col">SDK</th>
            <th scope="col" className={classes['number-cell']}>
              Evaluations
            </th>
          </tr>
        </thead>
        <tbody>
          {data.byApplication.map((row) => (
            <tr key={`${row.application} ${row.version} ${row.sdk}`}>
              <td>{row.application}</td>
              <td>{row.version}</td>
              <td>{row.sdk}</td>
              <td className={classes['number-cell']}>{row.count.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
