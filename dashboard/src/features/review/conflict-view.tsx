import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import type { Change } from '@/api/types';
import { FieldDiff } from '@/components/history/field-diff';
import { kindWords } from '@/components/history/links';
import { Time } from '@/components/time';
import { type Draft, dropFromDraft } from './draft-store';
import type { Moved } from './publish';
import classes from './review.module.css';

type Props = {
  draft: Draft;
  moved: Moved;
  /** Compare mine with what is live now, then publish on top. */
  onKeepMine: () => void;
  onTakeTheirs: () => void;
};

/** Someone published a change to the same objects first: theirs, yours, and the choice. Nothing is lost. */
export function ConflictView({ draft, moved, onKeepMine, onTakeTheirs }: Props) {
  const shown = moved.mine.length > 0 ? moved.mine : moved.all;
  const takeTheirs = () => {
    for (const change of moved.mine) drop(draft, change);
    onTakeTheirs();
  };
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconGitCompare size={18} aria-hidden />}
      title="This was changed while you were editing. Nothing was published."
    >
      <Stack gap="xs">
        {shown.length === 0 && <Text size="sm">{moved.message}</Text>}
        {shown.length > 0 && (
          <>
            <Text size="sm" fw={600}>
              Theirs, live now
            </Text>
            <ul className={classes.plan}>
              {shown.map((change) => (
                <li key={change.id} className={classes.item}>
                  <Text size="sm">
                    {change.actor.name} · <Time at={change.at} /> · {kindWords[change.kind]} {change.object}
                  </Text>
                  {change.sentences.map((sentence) => (
                    <p key={sentence}>{sentence}</p>
                  ))}
                  <FieldDiff diff={change.diff} />
                </li>
              ))}
            </ul>
            <Text size="sm">
              Yours is the plan above. Keep it, and the plan is made again against what is live now, so that
              you see what of theirs it would replace.
            </Text>
          </>
        )}
        <Group gap="xs" justify="flex-end">
          {moved.mine.length > 0 && (
            <Button size="xs" variant="default" onClick={takeTheirs}>
              Take theirs, forget mine
            </Button>
          )}
          <Button size="xs" onClick={onKeepMine}>
            Review mine on top of theirs
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function drop(draft: Draft, change: Change) {
  const kind =
    change.kind === 'experiment' ? 'experiments' : change.kind === 'target_group' ? 'targetGroups' : 'flags';
  dropFromDraft(draft.project, draft.environment, kind, change.object);
}
