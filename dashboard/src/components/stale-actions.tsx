import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { FlagSummary } from '@/api/types';
import { lockOf } from '@/lib/managed';
import { ArchiveFlag } from './archive-flag';
import { KeepFlag } from './keep-flag';
import { May } from './may';
import { useProject } from './project-context';

/** What to do about a flag that may have done its work: archive it, or keep it. */
export function StaleActions({ flag }: { flag: FlagSummary }) {
  const project = useProject();
  const [asking, setAsking] = useState<'archive' | 'keep'>();
  const edit = { to: 'edit_flags', at: project.key, locked: lockOf(flag) } as const;
  const close = () => setAsking(undefined);
  return (
    <>
      <Group gap={4} justify="flex-end" wrap="nowrap">
        <May {...edit}>
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={`Keep ${flag.key}`}
            onClick={() => setAsking('keep')}
          >
            Keep…
          </Button>
        </May>
        <May {...edit}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Archive ${flag.key}`}
            onClick={() => setAsking('archive')}
          >
            Archive…
          </Button>
        </May>
      </Group>
      {asking === 'archive' && <ArchiveFlag flag={flag.key} onClose={close} />}
      {asking === 'keep' && <KeepFlag flag={flag.key} onClose={close} />}
    </>
  );
}
