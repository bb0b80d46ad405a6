import { Button, Group } from '@mantine/core';
import {
  IconArrowBackUp,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconPlayerStop,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { actOnRollout, type RolloutAction } from '@/api/rollouts';
import type { Environment, Rollout } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';

type Offer = {
  action: RolloutAction;
  label: string;
  icon: ReactNode;
  /** The right that it takes: what makes things smaller goes with Off. */
  to: 'off' | 'publish';
  question: string;
  about: string;
  danger?: boolean;
};

const icon = { size: 14, 'aria-hidden': true } as const;

function offersOf(rollout: Rollout): Offer[] {
  const { number, state } = rollout;
  const next = rollout.steps[rollout.made];
  const now = rollout.steps[rollout.made - 1];
  const pause: Offer = {
    action: 'pause',
    label: 'Pause',
    icon: <IconPlayerPause {...icon} />,
    to: 'off',
    question: `Pause rollout ${number}?`,
    about: `It stays at ${now?.percent ?? 0} % until somebody resumes it; what is left of the wait is kept.`,
  };
  const resume: Offer = {
    action: 'resume',
    label: 'Resume',
    icon: <IconPlayerPlay {...icon} />,
    to: 'publish',
    question: `Resume rollout ${number}?`,
    about: 'It waits for what was left of its wait. Its steps use your rights from now on.',
  };
  const advance: Offer = {
    action: 'advance',
    label: 'Next step now',
    icon: <IconPlayerSkipForward {...icon} />,
    to: 'publish',
    question: `Raise to ${next?.percent} % now?`,
    about: 'The rest of the wait is left out. The step after it waits its whole time.',
  };
  const rollback: Offer = {
    action: 'rollback',
    label: 'Roll back all',
    icon: <IconArrowBackUp {...icon} />,
    to: 'off',
    question: `Roll back rollout ${number}?`,
    about: 'Everyone gets again what was served before its first step, at once, as a new revision.',
    danger: true,
  };
  const stop: Offer = {
    action: 'stop',
    label: 'Stop',
    icon: <IconPlayerStop {...icon} />,
    to: 'off',
    question: `Stop rollout ${number}?`,
    about: `It ends where it is, at ${now?.percent ?? 0} %, and cannot be resumed.`,
    danger: true,
  };
  if (state === 'running') return [pause, advance, stop, rollback];
  if (state === 'paused') return [resume, advance, stop, rollback];
  return state === 'done' ? [rollback] : [];
}

/** What a person can do with a rollout, each at once and with one confirm. */
export function RolloutButtons({ rollout, environment }: { rollout: Rollout; environment: Environment }) {
  const project = useProject();
  const client = useQueryClient();
  const [asking, setAsking] = useState<Offer>();
  const offers = offersOf(rollout);
  if (offers.length === 0) return null;
  return (
    <>
      <Group gap="xs" role="group" aria-label={`What to do with rollout ${rollout.number}`}>
        {offers.map((offer) => (
          <May key={offer.action} to={offer.to} at={`${project.key}/${environment.key}`}>
            <Button
              size="compact-sm"
              variant={offer.danger ? 'outline' : 'default'}
              color={offer.danger ? 'red' : undefined}
              leftSection={offer.icon}
              onClick={() => setAsking(offer)}
            >
              {offer.label}
            </Button>
          </May>
        ))}
      </Group>
      {asking && (
        <Confirm
          opened
          onClose={() => setAsking(undefined)}
          title={asking.question}
          verb={`${asking.label} in ${environmentName(environment)}`}
          danger={asking.danger}
          environment={environment}
          withReason
          action={async (reason) => {
            await actOnRollout(project.key, rollout.number, asking.action, reason.trim() || undefined);
            await client.invalidateQueries({ queryKey: ['project', project.key] });
          }}
        >
          {asking.about}
        </Confirm>
      )}
    </>
  );
}
