import { Switch } from '@mantine/core';
import { useState } from 'react';
import type { Change, FlagDetail } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { ChangeList } from '@/components/history/change-list';
import { CompareBar, Pick, usePicked } from '@/components/history/compare';
import { RestoreObject } from '@/components/history/rollback-button';
import { UndoButton } from '@/components/history/undo-button';
import { useEnvironment } from '@/components/project-context';

/** Every change of this flag, newest first; the newest can be undone for ten minutes, the others restored. */
export function HistoryTab({ flag }: { flag: FlagDetail }) {
  const environment = useEnvironment();
  const [here, setHere] = useState(false);
  const picked = usePicked(environment);
  const undo = (change: Change, newest: boolean) => {
    const revision = change.revisions[environment.key];
    if (!newest) return <RestoreObject change={change} environment={environment} />;
    if (revision === undefined || change.environment !== environment.key) return null;
    return <UndoButton environment={environment} revision={revision} at={change.at} />;
  };
  return (
    <>
      <Switch
        size="sm"
        mt="xs"
        label={`Only ${environmentName(environment)}`}
        checked={here}
        onChange={(event) => setHere(event.currentTarget.checked)}
      />
      <CompareBar environment={environment} object={flag.key} picked={picked} />
      <ChangeList
        filter={{ object: flag.key, environment: here ? environment.key : undefined }}
        action={(change, newest) => (
          <>
            <Pick change={change} environment={environment} picked={picked} />
            {undo(change, newest)}
          </>
        )}
        empty={{
          title: 'Nobody has changed this flag',
          body: 'Changes appear here as sentences, each with its fields before and after.',
        }}
      />
    </>
  );
}
