import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { rolloutByNumber } from '@/api/rollouts';
import type { Rollout } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { ObjectLink } from '@/components/history/links';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/page';
import { EnvironmentProvider, useProject } from '@/components/project-context';
import { Timeline } from '@/components/rollouts/rollout-panel';
import { EmptyState, QueryState } from '@/components/states';
import { isMissing } from '@/lib/missing';
import { useNow } from '@/lib/use-now';

const from = '/frame/p/$project/rollouts/$number';

/** One rollout, also long after its end; the history links here. */
export function RolloutPage() {
  const { number } = useParams({ from });
  const project = useProject();
  const query = useQuery(rolloutByNumber(project.key, Number(number)));
  const missing = isMissing(query.error) || !/^[1-9]\d*$/.test(number);
  return (
    <Page title={`Rollout ${number}`}>
      {missing ? (
        <EmptyState
          title={`There is no rollout ${number}`}
          actions={
            <ButtonLink size="xs" variant="default" to="/p/$project" params={{ project: project.key }}>
              Flags
            </ButtonLink>
          }
        >
          The history of a flag or an experiment links to its rollouts.
        </EmptyState>
      ) : (
        <QueryState query={query} what={`The rollout ${number} could not be loaded`}>
          {(rollout) => <Loaded rollout={rollout} />}
        </QueryState>
      )}
    </Page>
  );
}

function Loaded({ rollout }: { rollout: Rollout }) {
  const project = useProject();
  const now = useNow(5000);
  const environment = project.environments.find((item) => item.key === rollout.environment);
  if (!environment) return null;
  const [kind, object] = rollout.experiment
    ? ['experiment', rollout.experiment]
    : ['configuration', rollout.flag ?? ''];
  return (
    <EnvironmentProvider environment={environment}>
      <p>
        <EnvironmentBadge environment={environment} /> raises what{' '}
        {rollout.experiment ? 'the experiment' : 'the flag'}{' '}
        <ObjectLink kind={kind} object={object} environment={environment.key} /> serves.
      </p>
      <Timeline rollout={rollout} now={now} />
    </EnvironmentProvider>
  );
}
