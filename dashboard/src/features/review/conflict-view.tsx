import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Json } from '@/api/types';
import { ThreeWay, type Triple, useThreeWay } from '@/components/merge/three-way';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { Time } from '@/components/time';
import type { Overtaken } from './units';

type Props = {
  units: Overtaken[];
  /** Goes on with what the units were merged to. */
  onSettle: (merged: Map<string, Json | undefined>) => Promise<void>;
};

/** Somebody published a change to the same objects first: before, theirs, yours, and the choice. Nothing is lost. */
export function ConflictView({ units, onSettle }: Props) {
  const project = useProject();
  const triples: Triple[] = units.map((unit) => ({
    key: unit.key,
    title: unit.object,
    environment: project.environments.find((item) => item.key === unit.environment),
    by: unit.by && (
      <>
        live: {unit.by.actor}, <Time at={unit.by.at} />
      </>
    ),
    base: unit.base,
    theirs: unit.theirs,
    mine: unit.mine,
  }));
  const state = useThreeWay(triples);
  const settle = useMutation({ mutationFn: () => onSettle(state.merged) });
  return (
    <Alert
      color="yellow"
      role="alert"
      icon={<IconGitCompare size={18} aria-hidden />}
      title="This was changed while you were editing. Nothing was published."
    >
      <Stack gap="sm">
        <ThreeWay triples={triples} state={state} mine="Yours" />
        <Text size="sm">
          What only one of you touched is kept. The result is shown before it is published.
        </Text>
        {settle.isError && <ErrorState what="It could not be merged" error={settle.error} />}
        <Group justify="flex-end">
          <Button
            size="xs"
            disabled={state.open > 0}
            loading={settle.isPending}
            onClick={() => settle.mutate()}
          >
            Review the result
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
