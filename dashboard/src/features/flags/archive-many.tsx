import { List, Stack } from '@mantine/core';
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { archiveFlag, askedByQuery } from '@/api/flags';
import type { FlagSummary } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { count, programWords } from '@/lib/names';
import { oneByOne } from './one-by-one';

type Props = { flags: FlagSummary[]; onClose: () => void; onDone: () => void };

/** Archives flags after it has named the programs that asked for them lately. */
export function ArchiveMany({ flags, onClose, onDone }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const asked = useQueries({ queries: flags.map((flag) => askedByQuery(project.key, flag.key)) });
  const failed = asked.find((query) => query.isError);
  const pending = asked.some((query) => query.isPending);
  const wanted = flags.flatMap((flag, index) => {
    const programs = asked[index]?.data ?? [];
    return programs.length > 0 ? [{ key: flag.key, programs }] : [];
  });
  const many = count(flags.length, 'flag');
  const archive = async (reason: string) => {
    const forced = new Set(wanted.map((flag) => flag.key));
    await oneByOne(client, project.key, flags, (flag) =>
      archiveFlag(project.key, flag.key, reason.trim() || undefined, forced.has(flag.key) || undefined),
    );
    onDone();
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Archive ${many}?`}
      verb={wanted.length > 0 ? 'Archive all the same' : `Archive ${many}`}
      danger
      withReason
      disabled={pending || failed !== undefined}
      action={archive}
    >
      <Stack gap="xs">
        <div>They leave every environment: programs get their own defaults. They can be restored.</div>
        {pending && <div aria-busy="true">Looking for programs that ask for them…</div>}
        {failed && (
          <ErrorState
            what="Which programs ask for them could not be loaded"
            error={failed.error}
            retry={() => failed.refetch()}
          />
        )}
        {wanted.length > 0 && (
          <>
            <div>Programs asked for {count(wanted.length, 'flag')} in the last 7 days:</div>
            <List size="sm" aria-label="Programs that ask for them">
              {wanted.map(({ key, programs }) => (
                <List.Item key={key}>
                  <b>{key}</b>: {programs.map(programWords).join(', ')}
                </List.Item>
              ))}
            </List>
          </>
        )}
      </Stack>
    </Confirm>
  );
}
