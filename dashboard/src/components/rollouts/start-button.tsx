import { Button, Modal } from '@mantine/core';
import { IconStairsUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Raised, rolloutQuery } from '@/api/rollouts';
import type { FlagDetail } from '@/api/types';
import { Unless, useRefusal } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { isLive } from './model';
import { StartForm } from './start-form';

type Props = {
  raised: Raised;
  /** Of a flag: what it serves, and what it could. */
  flag?: FlagDetail;
};

/** Opens the form of a rollout; says why there can be none now. */
export function StartRolloutButton({ raised, flag }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const [opened, setOpened] = useState(false);
  const last = useQuery(rolloutQuery(project.key, raised)).data;
  const right = useRefusal({ to: ['edit_flags', 'publish'], at: `${project.key}/${environment.key}` });
  const live =
    last && isLive(last)
      ? `It has the rollout ${last.number}, which is ${last.state}; stop that one first.`
      : undefined;
  const off =
    flag?.environments[environment.key]?.enabled === false
      ? `It is off in ${environment.name}; switch it on first.`
      : undefined;
  const close = () => setOpened(false);
  const name = flag?.key ?? ('experiment' in raised ? raised.experiment : '');
  return (
    <>
      <Unless refusal={right ?? live ?? off}>
        <Button
          variant="default"
          leftSection={<IconStairsUp size={14} aria-hidden />}
          onClick={() => setOpened(true)}
        >
          Roll out gradually…
        </Button>
      </Unless>
      <Modal opened={opened} onClose={close} title={`Roll out ${name} gradually`} size="lg">
        <StartForm raised={raised} flag={flag} onClose={close} />
      </Modal>
    </>
  );
}
