import { Button, CloseButton, Select, TextInput } from '@mantine/core';
import { IconBinaryTree, IconList, IconSearch } from '@tabler/icons-react';
import type { FlagSummary } from '@/api/types';
import { useEnvironment } from '@/components/project-context';
import { allTags } from './flag-filter';
import type { ListSearch } from './flag-list';
import classes from './flags.module.css';

const types = ['boolean', 'string', 'integer', 'double', 'json'];
const servings = [
  { value: 'code', label: 'program default' },
  { value: 'variation', label: 'one value' },
  { value: 'split', label: 'a split' },
  { value: 'rules', label: 'by rules' },
  { value: 'experiment', label: 'an experiment' },
  { value: 'off', label: 'OFF' },
];

type Props = {
  flags: FlagSummary[];
  search: ListSearch;
  text: string;
  setText: (text: string) => void;
  set: (change: Partial<ListSearch>) => void;
};

/** The list's filters; the address holds them, so that back works and links can be sent. */
export function Toolbar({ flags, search, text, setText, set }: Props) {
  const environment = useEnvironment();
  const tags = allTags(flags);
  return (
    <search className={classes.toolbar}>
      <TextInput
        className={classes.search}
        size="xs"
        data-filter
        placeholder="Filter flags  ( / )"
        aria-label="Filter flags"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText('');
        }}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          text && <CloseButton size="xs" aria-label="Clear the filter" onClick={() => setText('')} />
        }
      />
      <Select
        className={classes.filter}
        size="xs"
        aria-label="Filter by type"
        placeholder="Any type"
        data={types}
        value={search.type ?? null}
        onChange={(type) => set({ type: type ?? undefined })}
        clearable
      />
      <Select
        className={classes.filter}
        size="xs"
        aria-label={`Filter by what ${environment.name} serves`}
        placeholder="Serving anything"
        data={servings}
        value={search.serving ?? null}
        onChange={(serving) => set({ serving: serving ?? undefined })}
        clearable
      />
      {tags.length > 0 && (
        <Select
          className={classes.filter}
          size="xs"
          aria-label="Filter by tag"
          placeholder="Any tag"
          data={tags}
          value={search.tag ?? null}
          onChange={(tag) => set({ tag: tag ?? undefined })}
          searchable
          clearable
        />
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={
          search.flat ? <IconBinaryTree size={14} aria-hidden /> : <IconList size={14} aria-hidden />
        }
        onClick={() => set({ flat: search.flat ? undefined : true })}
      >
        {search.flat ? 'As a tree' : 'Flat'}
      </Button>
    </search>
  );
}
