import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { experimentsQuery } from '@/api/experiments';
import type { Experiment } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { ObjectLink } from '@/components/history/links';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
import classes from './experiments.module.css';
import { readExperiment, type Template } from './model';
import { NewExperiment } from './new-experiment';
import { StateBadge } from './state-badge';
import { StopButton } from './stop-button';

const from = '/frame/p/$project/e/$environment/experiments';
const isTemplate = (text: string | undefined): text is Template =>
  text === 'set' || text === 'ramp' || text === 'compare';

/** Every scheme that takes over flags in this environment. */
export function ExperimentsPage() {
  const project = useProject();
  const environment = useEnvironment();
  const search = useSearch({ from });
  const navigate = useNavigate();
  const query = useQuery(experimentsQuery(project.key, environment.key));
  const open = () => {
    void navigate({ to: '.', search: (before) => ({ ...before, new: 'set' }) });
  };
  const running = query.data?.filter((item) => item.state === 'running').length ?? 0;
  return (
    <Page
      title="Experiments"
      summary={query.data && `${count(running, 'running experiment')} in ${environmentName(environment)}`}
      actions={
        <May to={['edit_flags', 'publish']} at={`${project.key}/${environment.key}`}>
          <Button onClick={open}>New experiment</Button>
        </May>
      }
    >
      <QueryState query={query} what="The experiments could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <EmptyState
              title={`No experiment in ${environmentName(environment)} yet`}
              actions={
                <May to={['edit_flags', 'publish']} at={`${project.key}/${environment.key}`}>
                  <Button variant="default" onClick={open}>
                    Set a value for everyone
                  </Button>
                </May>
              }
            >
              An experiment takes over one or more flags: a value for everyone, a share that you ramp up, or
              arms that you compare. It needs a flag and the value to serve.
            </EmptyState>
          ) : (
            <ExperimentTable items={items} />
          )
        }
      </QueryState>
      <NewExperiment
        template={isTemplate(search.new) ? search.new : undefined}
        flag={search.flag}
        taken={query.data?.map((item) => item.key) ?? []}
      />
    </Page>
  );
}

const weight = { running: 0, draft: 1, stopped: 2 };

function ExperimentTable({ items }: { items: Experiment[] }) {
  const sorted = [...items].sort(
    (a, b) => weight[a.state] - weight[b.state] || a.order - b.order || a.key.localeCompare(b.key),
  );
  return (
    <div className="b-scroll-x">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Experiment</th>
            <th scope="col">State</th>
            <th scope="col">Flags</th>
            <th scope="col">What it does</th>
            <th scope="col">Last change</th>
            <th scope="col">
              <span className="b-hidden">Stop</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((item) => (
            <Row key={item.key} experiment={item} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ experiment }: { experiment: Experiment }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <tr>
      <td>
        <AnchorLink
          fw={600}
          to="/p/$project/e/$environment/experiments/$key"
          params={{ project: project.key, environment: environment.key, key: experiment.key }}
        >
          {experiment.key}
        </AnchorLink>
      </td>
      <td className={classes.state}>
        <StateBadge experiment={experiment} />
      </td>
      <td>
        {readExperiment(experiment).flags.map((flag) => (
          <div key={flag} className={classes.flag}>
            <ObjectLink kind="flag" object={flag} environment={environment.key} />
          </div>
        ))}
      </td>
      <td>{experiment.summary}</td>
      <td>
        {experiment.lastChange && (
          <>
            {experiment.lastChange.actor}, <Time at={experiment.lastChange.at} />
          </>
        )}
      </td>
      <td>{experiment.state === 'running' && <StopButton experiment={experiment} compact />}</td>
    </tr>
  );
}
