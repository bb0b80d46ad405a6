import { Group, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Moment } from '@/api/evaluate';
import { absolute } from '@/lib/time';

type Search = { at?: string; revision?: string };

/** The point in the past that the address names; what is no time and no number is the present. */
export function momentOf({ at, revision }: Search): Moment {
  const number = Number(revision);
  if (Number.isInteger(number) && number > 0) return { revision: number };
  const time = at ? new Date(at).getTime() : Number.NaN;
  return time > 0 ? { at: time } : {};
}

// The address holds the instant, so that a link means the same in every time zone.
const instant = (text: string) => (text ? new Date(text).toISOString() : undefined);

function local(at: string | undefined): string {
  const time = at ? new Date(at).getTime() : Number.NaN;
  return time > 0 ? absolute(time).replace(' ', 'T') : '';
}

/** When: now, at a time of this browser's clock, or at a revision. */
export function MomentChoice({ at, revision }: Search) {
  const navigate = useNavigate();
  const set = (part: Search) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, at: undefined, revision: undefined, ...part }),
      replace: true,
    });
  return (
    <Group gap="xs" align="flex-end" mt="xs" grow>
      <TextInput
        type="datetime-local"
        step={1}
        size="xs"
        label="At"
        description="Empty is now"
        value={local(at)}
        onChange={(event) => set({ at: instant(event.currentTarget.value) })}
      />
      <TextInput
        type="number"
        min={1}
        size="xs"
        label="Or at revision"
        description="Empty is the newest"
        value={revision ?? ''}
        onChange={(event) => set({ revision: event.currentTarget.value || undefined })}
      />
    </Group>
  );
}
