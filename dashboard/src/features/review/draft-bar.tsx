import { Button } from '@mantine/core';
import { IconArrowRight, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { Confirm } from '@/components/confirm';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { count } from '@/lib/names';
import classes from './draft-bar.module.css';
import { discardDraft, draftCount, useDraft } from './draft-store';
import { useOpenReview } from './use-review';

/** "3 unpublished changes in PRODUCTION", on every page of the environment while a draft exists. */
export function DraftBar() {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const openReview = useOpenReview();
  const [discarding, setDiscarding] = useState(false);
  if (!draft) return null;
  return (
    <section className={classes.bar} data-kind={environment.kind} aria-label="Unpublished changes">
      <IconPencil size={16} aria-hidden />
      <span className={classes.text}>
        {count(draftCount(draft), 'unpublished change')} in <EnvironmentBadge environment={environment} />
        {draft.request && ` from change request #${draft.request.number}`}
      </span>
      <Button size="xs" variant="subtle" color="gray" onClick={() => setDiscarding(true)}>
        Discard
      </Button>
      <Button size="xs" rightSection={<IconArrowRight size={14} aria-hidden />} onClick={openReview}>
        Review change
      </Button>
      <Confirm
        opened={discarding}
        onClose={() => setDiscarding(false)}
        title="Discard the unpublished changes?"
        verb="Discard"
        danger
        environment={environment}
        action={async () => discardDraft(project.key, environment.key)}
      >
        {count(draftCount(draft), 'change')} made in this browser will be forgotten. Nothing that is live
        changes.
      </Confirm>
    </section>
  );
}
