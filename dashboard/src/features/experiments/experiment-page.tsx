import { Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { experimentQuery } from '@/api/experiments';
import type { Experiment } from '@/api/types';
import { CopyIcon } from '@/components/copy';
import { ChangeList } from '@/components/history/change-list';
import { RestoreObject } from '@/components/history/rollback-button';
import { UndoButton } from '@/components/history/undo-button';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { RolloutPanel } from '@/components/rollouts/rollout-panel';
import { StartRolloutButton } from '@/components/rollouts/start-button';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { isMissing } from '@/lib/missing';
import { SetupTab } from './setup-tab';
import { StateBadge } from './state-badge';
import { StopButton } from './stop-button';

const from = '/frame/p/$project/e/$environment/experiments/$key';

/** One experiment: what it does, and what happened to it. */
export function ExperimentPage() {
  const { key } = useParams({ from });
  const project = useProject();
  const query = useQuery(experimentQuery(project.key, key));
  if (isMissing(query.error)) return <NoSuchExperiment name={key} />;
  if (query.data) return <Loaded key={query.data.key} experiment={query.data} />;
  return (
    <Page title={key}>
      <QueryState query={query} what={`The experiment ${key} could not be loaded`}>
        {() => null}
      </QueryState>
    </Page>
  );
}

function Loaded({ experiment }: { experiment: Experiment }) {
  const environment = useEnvironment();
  const { tab } = useSearch({ from });
  const navigate = useNavigate();
  if (experiment.environment !== environment.key) return <Elsewhere experiment={experiment} />;
  return (
    <Page
      title={experiment.key}
      before={<StateBadge experiment={experiment} />}
      summary={
        <>
          <CopyIcon text={experiment.key} label={`Copy the key ${experiment.key}`} /> {experiment.summary}
        </>
      }
      actions={
        experiment.state === 'running' && (
          <>
            {experiment.arms && <StartRolloutButton raised={{ experiment: experiment.key }} />}
            <StopButton experiment={experiment} />
          </>
        )
      }
    >
      <Text size="sm" c="dimmed" mb="xs">
        Phase {experiment.phase}
        {experiment.startedAt !== undefined && (
          <>
            , started <Time at={experiment.startedAt} />
          </>
        )}
        {experiment.lastChange && (
          <>
            , last changed by {experiment.lastChange.actor} <Time at={experiment.lastChange.at} />
          </>
        )}
      </Text>
      <RolloutPanel raised={{ experiment: experiment.key }} />
      <Tabs
        value={tab === 'history' ? 'history' : 'setup'}
        onChange={(next) =>
          void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) })
        }
        keepMounted={false}
      >
        <Tabs.List aria-label="About this experiment">
          <Tabs.Tab value="setup">Setup</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="setup" pt="sm">
          <SetupTab experiment={experiment} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <History experiment={experiment} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function History({ experiment }: { experiment: Experiment }) {
  const environment = useEnvironment();
  return (
    <ChangeList
      filter={{ object: experiment.key, kind: 'experiment' }}
      action={(change, newest) => {
        const revision = change.revisions[environment.key];
        if (!newest) return <RestoreObject change={change} environment={environment} />;
        if (revision === undefined) return null;
        return <UndoButton environment={environment} revision={revision} at={change.at} />;
      }}
      empty={{ title: 'Nothing has happened to it yet', body: 'Each change appears here as a sentence.' }}
    />
  );
}

function Elsewhere({ experiment }: { experiment: Experiment }) {
  const project = useProject();
  const name = project.environments.find((item) => item.key === experiment.environment)?.name;
  return (
    <EmptyState
      title={`${experiment.key} belongs to ${name ?? experiment.environment}`}
      actions={
        <ButtonLink
          to="/p/$project/e/$environment/experiments/$key"
          params={{ project: project.key, environment: experiment.environment, key: experiment.key }}
        >
          Open it in {name ?? experiment.environment}
        </ButtonLink>
      }
    >
      An experiment acts in one environment only.
    </EmptyState>
  );
}

function NoSuchExperiment({ name }: { name: string }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <EmptyState
      title={`There is no experiment ${name} in ${project.name}`}
      actions={
        <ButtonLink
          to="/p/$project/e/$environment/experiments"
          params={{ project: project.key, environment: environment.key }}
        >
          Show all experiments
        </ButtonLink>
      }
    >
      It may be misspelt, or somebody deleted it: the audit log says who.
    </EmptyState>
  );
}
