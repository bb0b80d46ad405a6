import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { kindWords } from '@/components/history/links';
import { useProject } from '@/components/project-context';

const from = '/frame/p/$project/e/$environment/audit';
type Filter = { who?: string; object?: string; kind?: string; env?: string };

/** Person, object, kind and environment; all of it is in the address. */
export function Filters() {
  const project = useProject();
  const search = useSearch({ from });
  const navigate = useNavigate();
  const set = (part: Filter) => {
    void navigate({ to: '.', search: (before) => ({ ...before, ...part }), replace: true });
  };
  const any = search.who || search.object || search.kind || search.env;
  return (
    <Group gap="xs" mb="sm" align="flex-end" role="search" aria-label="Filter the audit log">
      <TypedFilter
        label="Person"
        placeholder="ann@corp.example"
        value={search.who ?? ''}
        onChange={(who) => set({ who: who || undefined })}
      />
      <TypedFilter
        label="Object"
        placeholder="Flags.isHoliday"
        value={search.object ?? ''}
        onChange={(object) => set({ object: object || undefined })}
      />
      <NativeSelect
        size="xs"
        label="Kind"
        value={search.kind ?? ''}
        onChange={(event) => set({ kind: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every kind' },
          ...Object.entries(kindWords).map(([value, label]) => ({ value, label })),
        ]}
      />
      <NativeSelect
        size="xs"
        label="Environment"
        value={search.env ?? ''}
        onChange={(event) => set({ env: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every environment' },
          ...project.environments.map((item) => ({ value: item.key, label: item.name })),
        ]}
      />
      {any && (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => set({ who: undefined, object: undefined, kind: undefined, env: undefined })}
        >
          Clear
        </Button>
      )}
    </Group>
  );
}

type TypedProps = { label: string; placeholder?: string; value: string; onChange: (value: string) => void };

/** A typed filter: the address follows when the typing pauses. */
function TypedFilter({ label, placeholder, value, onChange }: TypedProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const later = useDebouncedCallback((next: string) => onChange(next.trim()), 300);
  return (
    <TextInput
      size="xs"
      label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}
