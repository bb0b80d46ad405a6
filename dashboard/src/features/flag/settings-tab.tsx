import {
  Button,
  Checkbox,
  Group,
  NativeSelect,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/client';
import { patchFlag } from '@/api/flags';
import type { FlagDetail, FlagPatch } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { draftFlag, useOpenReview } from '@/features/review';
import { ArchiveSection } from './archive-section';

const kinds = ['release', 'experiment', 'operational', 'permission'];

/** What a flag is called and whose it is; nothing here changes what anyone is served. */
export function SettingsTab({ flag }: { flag: FlagDetail }) {
  return (
    <Stack maw={640} mt="sm" gap="xl">
      <DetailsForm flag={flag} />
      <ClientSection flag={flag} />
      <ArchiveSection flag={flag} />
    </Stack>
  );
}

function DetailsForm({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const [form, setForm] = useState<FlagPatch>({
    description: flag.description,
    tags: flag.tags ?? [],
    owner: flag.owner,
    kind: flag.kind,
    expires: flag.expires ?? '',
  });
  const set = (part: FlagPatch) => setForm({ ...form, ...part });
  const save = useMutation({
    mutationFn: () => patchFlag(project.key, flag.key, form),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
  });
  const fault = (name: string) => (save.error instanceof ApiError ? save.error.field(name) : undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={form.description}
          error={fault('description')}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <TagsInput
          label="Tags"
          value={form.tags}
          error={fault('tags')}
          onChange={(tags) => set({ tags })}
          acceptValueOnBlur
        />
        <Group grow align="flex-start">
          <TextInput
            label="Owner"
            placeholder="team-calendar"
            value={form.owner}
            error={fault('owner')}
            onChange={(event) => set({ owner: event.currentTarget.value })}
          />
          <NativeSelect
            label="Kind"
            data={kinds}
            value={form.kind}
            error={fault('kind')}
            onChange={(event) => set({ kind: event.currentTarget.value as FlagPatch['kind'] })}
          />
          <TextInput
            type="date"
            label="To be removed by"
            value={form.expires}
            error={fault('expires')}
            onChange={(event) => set({ expires: event.currentTarget.value })}
          />
        </Group>
        {save.isError && <ErrorState what="The settings were not saved" error={save.error} />}
        <Group gap="xs">
          <Button type="submit" size="xs" loading={save.isPending}>
            Save
          </Button>
          {save.isSuccess && (
            <Text size="sm" role="status">
              Saved.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** Widens who may read the flag, so it goes through the review. */
function ClientSection({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  const openReview = useOpenReview();
  return (
    <Checkbox
      label="Client keys may see it"
      description="Browsers and mobile programs hold client keys, which are public. Only evaluated values reach them, never rules. Changing this is reviewed and published."
      checked={flag.client}
      onChange={(event) => {
        draftFlag(project, environment.key, flag.key, { client: event.currentTarget.checked }, flag);
        openReview();
      }}
    />
  );
}
