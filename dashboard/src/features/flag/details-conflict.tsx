import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import type { Meanwhile } from '@/api/client';
import { ThreeWay, type Triple, useThreeWay } from '@/components/merge/three-way';
import { Time } from '@/components/time';
import type { Details } from './details';

type Props = {
  base: Details;
  theirs: Details;
  mine: Details;
  /** Whose change theirs is, where the server said it. */
  meanwhile: Meanwhile | undefined;
  saving: boolean;
  /** Gives up what was typed. */
  onDiscard: () => void;
  /** Saves what the two were merged to. */
  onSettle: (merged: Details) => void;
};

/** Somebody saved the same fields first: theirs and yours of each, and the choice. Nothing is lost. */
export function DetailsConflict({ base, theirs, mine, meanwhile, saving, onDiscard, onSettle }: Props) {
  const by = meanwhile && (
    <>
      live: {meanwhile.by}, <Time at={meanwhile.at} />
    </>
  );
  const triples: Triple[] = [{ key: 'details', title: 'Settings', by, base, theirs, mine }];
  const state = useThreeWay(triples);
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconGitCompare size={18} aria-hidden />}
      title={`${meanwhile?.by ?? 'Somebody'} changed this meanwhile. Nothing of yours was saved yet.`}
    >
      <Stack gap="sm">
        <ThreeWay triples={triples} state={state} mine="Yours" />
        <Text size="sm">What only one of you touched is kept.</Text>
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onDiscard}>
            Discard yours
          </Button>
          <Button
            size="xs"
            disabled={state.open > 0}
            loading={saving}
            onClick={() => onSettle(state.merged.get('details') as Details)}
          >
            Save the result
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
