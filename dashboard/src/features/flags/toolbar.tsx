import { Button, CloseButton, NativeSelect, TextInput } from '@mantine/core';
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
      <NativeSelect
        className={classes.filter}
        size="xs"
        aria-label="Filter by type"
        data={[{ value: '', label: 'Any type' }, ...types]}
        value={search.type ?? ''}
        onChange={(event) => set({ type: event.currentTarget.value || undefined })}
      />
      <NativeSelect
        className={classes.filter}
        size="xs"
        aria-label={`Filter by what ${environment.name} serves`}
        data={[{ value: '', label: 'Serving anything' }, ...servings]}
        value={search.serving ?? ''}
        onChange={(event) => set({ serving: event.currentTarget.value || undefined })}
      />
      {tags.length > 0 && (
        <NativeSelect
          className={classes.filter}
          size="xs"
          aria-label="Filter by tag"
          data={[{ value: '', label: 'Any tag' }, ...tags]}
          value={search.tag ?? ''}
          onChange={(event) => set({ tag: event.currentTarget.value || undefined })}
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
