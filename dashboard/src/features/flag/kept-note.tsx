import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { keepFlag } from '@/api/flags';
import type { FlagDetail } from '@/api/types';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { lockOf } from '@/lib/managed';

/** Says that somebody keeps a flag, and ends that. */
export function KeptNote({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => keepFlag(project.key, flag.key, ''),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
  });
  if (!flag.keepUntil) return null;
  const until = flag.keepUntil === 'always' ? 'for good' : `until ${flag.keepUntil}`;
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Kept {until}, whatever it serves.
      </Text>
      <May to="edit_flags" at={project.key} locked={lockOf(flag)}>
        <Button size="compact-xs" variant="subtle" loading={end.isPending} onClick={() => end.mutate()}>
          Keep it no longer
        </Button>
      </May>
      {end.isError && <ErrorState what="It is still kept" error={end.error} />}
    </Group>
  );
}
