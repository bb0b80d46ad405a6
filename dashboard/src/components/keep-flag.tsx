import { Radio, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keepFlag } from '@/api/flags';
import { Confirm } from './confirm';
import { useProject } from './project-context';

const days = 90;

/** The day so many days after another, as files write it. */
export const dayAfter = (from: Date, many: number) =>
  new Date(from.getTime() + many * 86_400_000).toISOString().slice(0, 10);

/** Keeps a flag that looks as if it had done its work, for a while or for good. */
export function KeepFlag({ flag, onClose }: { flag: string; onClose: () => void }) {
  const project = useProject();
  const client = useQueryClient();
  const [until, setUntil] = useState(() => dayAfter(new Date(), days));
  const keep = async (reason: string) => {
    await keepFlag(project.key, flag, until, reason.trim() || undefined);
    await client.invalidateQueries({ queryKey: ['project', project.key] });
  };
  return (
    <Confirm opened onClose={onClose} title={`Keep ${flag}?`} verb="Keep it" withReason action={keep}>
      <Stack gap="xs">
        <div>It is not stale until then, and does not archive itself.</div>
        <Radio.Group label="Keep it" value={until} onChange={setUntil}>
          <Stack gap={6} mt={4}>
            <Radio value={dayAfter(new Date(), days)} label={`for ${days} days`} />
            <Radio value="always" label="for good" />
          </Stack>
        </Radio.Group>
      </Stack>
    </Confirm>
  );
}
