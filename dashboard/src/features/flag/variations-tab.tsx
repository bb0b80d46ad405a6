import { ActionIcon, Button, Group, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { FlagDetail } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { draftFlag, faultsBelow, useDraft, useOpenReview, usePlan } from '@/features/review';
import { keyFault } from '@/lib/names';
import classes from './flag.module.css';
import { readVariations, usersOf, type VariationEdit, writeVariations } from './variations';

/** The values a flag can serve. A boolean has true and false by itself. */
export function VariationsTab({ flag }: { flag: FlagDetail }) {
  if (flag.type === 'boolean') return <BooleanVariations />;
  return <VariationsForm flag={flag} />;
}

function BooleanVariations() {
  return (
    <Text mt="sm">
      A boolean flag has the variations <code>true</code> and <code>false</code> by itself.
    </Text>
  );
}

function VariationsForm({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  const openReview = useOpenReview();
  const draft = useDraft(project.key, environment.key);
  const drafted = draft?.flags[flag.key]?.variations;
  const [rows, setRows] = useState(() => readVariations(drafted ?? flag.variations, flag.type));
  const [refused, setRefused] = useState<{ id: string; users: string[] }>();
  const plan = usePlan(draft, drafted !== undefined);
  const faults = plan.isError ? faultsBelow(plan.error, `flags.${flag.key}`) : [];
  const known = new Set(flag.variations.map((variation) => variation.id));
  const change = (next: VariationEdit[]) => {
    setRows(next);
    const written = writeVariations(next, flag.type);
    if (written.fault === undefined) {
      draftFlag(project, environment.key, flag.key, { variations: written.variations }, flag);
    }
  };
  const set = (row: VariationEdit) => change(rows.map((item) => (item.uid === row.uid ? row : item)));
  const remove = (row: VariationEdit) => {
    const users = known.has(row.id) ? usersOf(flag, row.id) : [];
    setRefused(users.length > 0 ? { id: row.id, users } : undefined);
    if (users.length === 0) change(rows.filter((item) => item.uid !== row.uid));
  };
  const fault = writeVariations(rows, flag.type).fault;
  return (
    <div className={classes.stack} style={{ marginTop: 12 }}>
      {rows.map((row) => (
        <VariationRow
          key={row.uid}
          row={row}
          type={flag.type}
          permanent={known.has(row.id)}
          onChange={set}
          onRemove={() => remove(row)}
        />
      ))}
      {refused && (
        <div className={classes.fault} role="alert">
          {refused.id} is still served: {refused.users.join(', ')}. Serve another there first.
        </div>
      )}
      {fault && <div className={classes.fault}>{fault}</div>}
      {faults.map((item) => (
        <div key={item.message} className={classes.fault} role="alert">
          {item.message}
        </div>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => change([...rows, { uid: crypto.randomUUID(), id: '', name: '', text: '' }])}
        >
          Add variation
        </Button>
        {drafted && (
          <Button size="xs" onClick={openReview} disabled={fault !== undefined}>
            Review change
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        A variation's id stays as it is once published: rules, splits and history name it. Variations belong
        to the flag, in every environment.
      </Text>
    </div>
  );
}

type RowProps = {
  row: VariationEdit;
  type: string;
  permanent: boolean;
  onChange: (row: VariationEdit) => void;
  onRemove: () => void;
};

function VariationRow({ row, type, permanent, onChange, onRemove }: RowProps) {
  return (
    <div className={classes.line} style={{ alignItems: 'flex-end' }}>
      <TextInput
        size="xs"
        label="Id"
        value={row.id}
        readOnly={permanent}
        error={!permanent && row.id !== '' && keyFault(row.id)}
        onChange={(event) => onChange({ ...row, id: event.currentTarget.value.trim() })}
        w={150}
      />
      <TextInput
        size="xs"
        label={type === 'json' ? 'Value, as JSON' : 'Value'}
        value={row.text}
        onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
        classNames={{ input: 'b-mono' }}
        style={{ flex: '1 1 200px' }}
      />
      <TextInput
        size="xs"
        label="Name (optional)"
        value={row.name}
        onChange={(event) => onChange({ ...row, name: event.currentTarget.value })}
        style={{ flex: '0 1 180px' }}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Delete the variation ${row.id || 'without id'}`}
        onClick={onRemove}
      >
        <IconTrash size={14} aria-hidden />
      </ActionIcon>
    </div>
  );
}
