import { Drawer, Group } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import { EnvironmentBadge } from '@/components/environment-badge';
import { UndoConfirm, undoMs } from '@/components/history/undo-button';
import { useEnvironment, useProject } from '@/components/project-context';
import { useDraft } from './draft-store';
import type { Published } from './publish';
import { Receipt } from './receipt';
import { Review } from './review';
import { useCloseReview } from './use-review';

/** Review change: what publishing would do, one Publish, and then its receipt. */
export function ReviewDrawer({ opened }: { opened: boolean }) {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const closeDrawer = useCloseReview();
  const [published, setPublished] = useState<Published & { environment: string }>();
  const [undoing, setUndoing] = useState(false);
  const mine = published?.environment === environment.key ? published : undefined;
  const receipt = draft === null ? mine : undefined;

  useHotkeys([
    ['mod+Z', () => mine && mine.revision > 0 && Date.now() - mine.at < undoMs && setUndoing(true)],
  ]);

  return (
    <>
      <Drawer
        opened={opened && (draft !== null || receipt !== undefined)}
        onClose={closeDrawer}
        position="right"
        size="xl"
        title={
          <Group gap="xs">
            {receipt ? 'Published' : 'Review change'} <EnvironmentBadge environment={environment} />
          </Group>
        }
      >
        {draft && (
          <Review
            draft={draft}
            onPublished={(done) => setPublished({ ...done, environment: environment.key })}
          />
        )}
        {receipt && <Receipt published={receipt} onUndo={() => setUndoing(true)} onClose={closeDrawer} />}
      </Drawer>
      {mine && (
        <UndoConfirm
          environment={environment}
          revision={mine.revision}
          opened={undoing}
          onClose={() => setUndoing(false)}
          onDone={() => {
            setPublished(undefined);
            closeDrawer();
          }}
        />
      )}
    </>
  );
}
