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
import { fieldFault } from '@/api/client';
import { flagQuery } from '@/api/flags';
import type { FlagDetail } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { draftFlag, useOpenReview } from '@/features/review';
import { ArchiveSection } from './archive-section';
import { type Details, detailsOf, type Read, saveDetails, type Theirs } from './details';
import { DetailsConflict } from './details-conflict';

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

/** What somebody has typed and not saved, field by field; other fields show what is live. */
type Edit = { version: number; before: Partial<Details>; mine: Partial<Details> };

/** The fields of `from` that `part` has. */
const pick = (from: Details, part: Partial<Details>): Partial<Details> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => name in part));

function DetailsForm({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const [edit, setEdit] = useState<Edit>();
  const [theirs, setTheirs] = useState<Theirs>();
  const live = detailsOf(flag);
  const form = { ...live, ...edit?.mine };
  const base = { ...live, ...edit?.before };
  const set = (part: Partial<Details>) => {
    setEdit({
      version: edit?.version ?? flag.version,
      before: { ...pick(live, part), ...edit?.before },
      mine: { ...edit?.mine, ...part },
    });
  };
  const forget = () => {
    setEdit(undefined);
    setTheirs(undefined);
  };
  const save = useMutation({
    mutationFn: ({ read, mine }: { read: Read; mine: Details }) =>
      saveDetails(project.key, flag.key, read, mine),
    onSuccess: async ({ saved, overtaken }) => {
      client.setQueryData(flagQuery(project.key, flag.key).queryKey, saved ?? overtaken.flag);
      setTheirs(overtaken);
      if (overtaken) return;
      forget();
      await client.invalidateQueries({ queryKey: ['project', project.key] });
    },
  });
  const fault = (name: string) => fieldFault(save.error, name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (edit) save.mutate({ read: { version: edit.version, details: base }, mine: form });
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
            onChange={(event) => set({ kind: event.currentTarget.value as Details['kind'] })}
          />
          <TextInput
            type="date"
            label="To be removed by"
            value={form.expires}
            error={fault('expires')}
            onChange={(event) => set({ expires: event.currentTarget.value })}
          />
        </Group>
        {theirs && (
          <DetailsConflict
            key={theirs.flag.version}
            base={base}
            theirs={detailsOf(theirs.flag)}
            meanwhile={theirs.meanwhile}
            mine={form}
            saving={save.isPending}
            onDiscard={forget}
            onSettle={(mine) =>
              save.mutate({
                read: { version: theirs.flag.version, details: detailsOf(theirs.flag) },
                mine,
              })
            }
          />
        )}
        {save.isError && <ErrorState what="The settings were not saved" error={save.error} />}
        <Group gap="xs">
          {!theirs && (
            <Button type="submit" size="xs" loading={save.isPending}>
              Save
            </Button>
          )}
          {save.data?.saved && !edit && (
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
