import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { restoreFlag } from '@/api/flags';
import type { FlagDetail } from '@/api/types';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';

/** Brings an archived flag back with what was configured before. */
export function RestoreButton({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreFlag(project.key, flag.key),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
  });
  return (
    <>
      <May to="edit_flags" at={project.key}>
        <Button size="xs" variant="default" loading={restore.isPending} onClick={() => restore.mutate()}>
          Restore
        </Button>
      </May>
      {restore.isError && <ErrorState what="The flag was not restored" error={restore.error} />}
    </>
  );
}
