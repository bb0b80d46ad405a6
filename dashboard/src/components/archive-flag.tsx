import { Checkbox, List, Stack } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { archiveFlag, askedByQuery } from '@/api/flags';
import { count, programWords } from '@/lib/names';
import { Confirm } from './confirm';
import { useProject } from './project-context';
import { ErrorState } from './states';
import { Time } from './time';

/** Archives a flag after it has named the programs that asked for it lately; with some it asks once more. */
export function ArchiveFlag({ flag, onClose }: { flag: string; onClose: () => void }) {
  const project = useProject();
  const client = useQueryClient();
  const asked = useQuery(askedByQuery(project.key, flag));
  const [agreed, setAgreed] = useState(false);
  const programs = asked.data ?? [];
  const archive = async (reason: string) => {
    await archiveFlag(project.key, flag, reason.trim() || undefined, agreed);
    await client.invalidateQueries({ queryKey: ['project', project.key] });
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Archive ${flag}?`}
      verb="Archive in every environment"
      danger
      withReason
      disabled={!asked.data || (programs.length > 0 && !agreed)}
      action={archive}
    >
      <Stack gap="xs">
        <div>
          Programs that still ask for it get their own default, in every environment. It can be restored with
          all its rules.
        </div>
        {asked.isPending && <div aria-busy="true">Looking for programs that ask for it…</div>}
        {asked.isError && (
          <ErrorState
            what="Which programs ask for it could not be loaded"
            error={asked.error}
            retry={() => asked.refetch()}
          />
        )}
        {asked.data && programs.length === 0 && <div>No program asked for it in the last 7 days.</div>}
        {programs.length > 0 && (
          <>
            <div>Asked for in the last 7 days by</div>
            <List size="sm" aria-label="Programs that ask for it">
              {programs.map((item) => (
                <List.Item key={`${item.application} ${item.version} ${item.environment}`}>
                  {programWords(item)}, <Time at={item.lastAt} />
                  {item.evaluations > 0 && ` (${count(item.evaluations, 'evaluation')})`}
                </List.Item>
              ))}
            </List>
            <Checkbox
              checked={agreed}
              onChange={(event) => setAgreed(event.currentTarget.checked)}
              label={`Leave ${count(programs.length, 'program')} with their own default`}
            />
          </>
        )}
      </Stack>
    </Confirm>
  );
}
