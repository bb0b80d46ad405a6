import { MultiSelect, Stack, TagsInput } from '@mantine/core';
import { kindWords } from '@/components/history/links';
import { useProject } from '@/components/project-context';

type Filter = { events: string[]; environments: string[]; flags: string[]; tags: string[] };
type Props = {
  value: Filter;
  faults: Record<keyof Filter, string | undefined>;
  onChange: (part: Partial<Filter>) => void;
};

/** Which changes are sent: kinds, environments, flags and their tags. What is left empty does not choose. */
export function WebhookFilter({ value, faults, onChange }: Props) {
  const project = useProject();
  const kinds = Object.entries(kindWords).map(([kind, label]) => ({ value: kind, label }));
  // What the command line chose more finely, such as configuration.update, can be kept or taken away.
  const finer = value.events
    .filter((event) => !(event in kindWords))
    .map((event) => ({ value: event, label: event }));
  return (
    <Stack gap="sm">
      <MultiSelect
        label="Of changes of"
        placeholder={value.events.length === 0 ? 'everything' : undefined}
        data={[...kinds, ...finer]}
        value={value.events}
        onChange={(events) => onChange({ events })}
        error={faults.events}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: of changes of' }}
      />
      <MultiSelect
        label="In"
        placeholder={value.environments.length === 0 ? 'every environment' : undefined}
        data={project.environments.map((item) => ({ value: item.key, label: item.name }))}
        value={value.environments}
        onChange={(environments) => onChange({ environments })}
        error={faults.environments}
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: in' }}
      />
      <TagsInput
        label="Of flags"
        description="Keys, or patterns such as checkout.*; press Enter after each."
        placeholder={value.flags.length === 0 ? 'every flag' : undefined}
        value={value.flags}
        onChange={(flags) => onChange({ flags })}
        error={faults.flags}
      />
      <TagsInput
        label="Of flags with a tag"
        description="Any of these, as the flag has it when it changes; press Enter after each."
        placeholder={value.tags.length === 0 ? 'with or without' : undefined}
        value={value.tags}
        onChange={(tags) => onChange({ tags })}
        error={faults.tags}
      />
    </Stack>
  );
}
