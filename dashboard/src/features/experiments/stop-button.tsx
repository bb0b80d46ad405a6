import { Button } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { stopExperiment } from '@/api/experiments';
import type { Experiment } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { dropFromDraft } from '@/features/review';

/** Stop: at once, without a draft; the flags go back to their own rules. */
export function StopButton({ experiment, compact }: { experiment: Experiment; compact?: boolean }) {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const name = environmentName(environment);
  return (
    <>
      <May to="off" at={`${project.key}/${environment.key}`}>
        <Button
          size={compact ? 'compact-xs' : 'sm'}
          variant="outline"
          color="red"
          aria-label={compact ? `Stop ${experiment.key}` : undefined}
          leftSection={<IconPlayerStop size={13} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {compact ? 'Stop' : `Stop in ${name}`}
        </Button>
      </May>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Stop ${experiment.key}?`}
        verb={`Stop in ${name}`}
        danger
        environment={environment}
        withReason
        action={async (reason) => {
          await stopExperiment(project.key, experiment.key, reason.trim() || undefined);
          // A draft made while it ran would start it again.
          dropFromDraft(project.key, environment.key, 'experiments', experiment.key);
          await client.invalidateQueries({ queryKey: ['project', project.key] });
        }}
      >
        Its flags go back to their own rules at once, for everyone.
      </Confirm>
    </>
  );
}
