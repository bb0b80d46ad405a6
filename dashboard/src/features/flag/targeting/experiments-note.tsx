import { Alert, Text } from '@mantine/core';
import { IconFlask2 } from '@tabler/icons-react';
import type { FlagDetail } from '@/api/types';
import { AnchorLink } from '@/components/links';
import { useEnvironment, useProject } from '@/components/project-context';

/** Running experiments act ahead of the rules: say which, and where to change them. */
export function ExperimentsNote({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  const here = flag.experiments.filter(
    (item) => item.environment === environment.key && item.state === 'running',
  );
  if (here.length === 0) return null;
  return (
    <Alert
      my="xs"
      color="violet"
      p="xs"
      icon={<IconFlask2 size={18} aria-hidden />}
      title={here.length === 1 ? 'Controlled by an experiment' : 'Controlled by experiments'}
    >
      {here.map((experiment) => (
        <Text size="sm" key={experiment.key}>
          controlled by experiment{' '}
          <AnchorLink
            inherit
            underline="always"
            to="/p/$project/e/$environment/experiments/$key"
            params={{ project: project.key, environment: environment.key, key: experiment.key }}
          >
            {experiment.key}
          </AnchorLink>
          : {experiment.summary}. It acts behind prerequisites and targets, ahead of the rules.
        </Text>
      ))}
    </Alert>
  );
}
