import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { addTag, patchFlag, switchOff } from '@/api/flags';
import type { FlagSummary } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { count } from '@/lib/names';
import classes from './flags.module.css';
import { oneByOne } from './one-by-one';
import type { Selection } from './use-selection';

// What most visits to the list do not need comes when it is asked for.
const ArchiveMany = lazy(() => import('./archive-many').then((module) => ({ default: module.ArchiveMany })));

type Action = 'tag' | 'owner' | 'archive' | 'off';

/** What can be done with all selected flags at once; each asks before it does it. */
export function BulkBar({ flags, selection }: { flags: FlagSummary[]; selection: Selection }) {
  const project = useProject();
  const environment = useEnvironment();
  const edit = { to: 'edit_flags', at: project.key } as const;
  const [asking, setAsking] = useState<Action>();
  const chosen = flags.filter((flag) => selection.keys.has(flag.key));
  if (chosen.length === 0) return null;
  return (
    <section className={classes.bulk} aria-label="Selected flags">
      <b>{count(chosen.length, 'flag')} selected</b>
      <May {...edit}>
        <Button size="compact-sm" variant="default" onClick={() => setAsking('tag')}>
          Add tag
        </Button>
      </May>
      <May {...edit}>
        <Button size="compact-sm" variant="default" onClick={() => setAsking('owner')}>
          Set owner
        </Button>
      </May>
      <May {...edit}>
        <Button size="compact-sm" variant="default" onClick={() => setAsking('archive')}>
          Archive
        </Button>
      </May>
      <May to="off" at={`${project.key}/${environment.key}`}>
        <Button
          size="compact-sm"
          variant="default"
          c="var(--mantine-color-error)"
          onClick={() => setAsking('off')}
        >
          Turn off in {environmentName(environment)}
        </Button>
      </May>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={selection.clear}>
        Clear
      </Button>
      {asking === 'archive' && (
        <Suspense>
          <ArchiveMany flags={chosen} onClose={() => setAsking(undefined)} onDone={selection.clear} />
        </Suspense>
      )}
      {asking && asking !== 'archive' && (
        <BulkConfirm
          action={asking}
          flags={chosen}
          onClose={() => setAsking(undefined)}
          onDone={selection.clear}
        />
      )}
    </section>
  );
}

type ConfirmProps = {
  action: Exclude<Action, 'archive'>;
  flags: FlagSummary[];
  onClose: () => void;
  onDone: () => void;
};

function BulkConfirm({ action, flags, onClose, onDone }: ConfirmProps) {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const many = count(flags.length, 'flag');
  const name = environmentName(environment);
  const words: Record<ConfirmProps['action'], { title: string; verb: string }> = {
    tag: { title: `Add a tag to ${many}`, verb: 'Add tag' },
    owner: { title: `Set the owner of ${many}`, verb: 'Set owner' },
    off: { title: `Turn off ${many}?`, verb: `Turn off in ${name}` },
  };
  const run = async (reason: string) => {
    const value = text.trim();
    await oneByOne(client, project.key, flags, async (flag) => {
      if (action === 'tag') await addTag(project.key, flag.key, value);
      if (action === 'owner') await patchFlag(project.key, flag.key, { owner: value });
      if (action === 'off') await switchOff(project.key, flag.key, environment.key, reason || undefined);
    });
    notifications.show({ message: `${words[action].verb}: done for ${many}.` });
    onDone();
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words[action].title}
      verb={words[action].verb}
      danger={action === 'off'}
      environment={action === 'off' ? environment : undefined}
      withReason={action === 'off'}
      action={run}
    >
      {action === 'tag' && (
        <TextInput
          label="Tag"
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {action === 'owner' && (
        <TextInput
          label="Owner"
          description="A person or a team; empty takes it away."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {action === 'off' && (
        <>
          Everyone in <EnvironmentBadge environment={environment} /> gets their off values at once.
        </>
      )}
    </Confirm>
  );
}
