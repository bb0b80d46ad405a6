import { ActionIcon, Autocomplete, NativeSelect, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useKnownValues, usePaths } from '@/components/rules/names';
import { type Row, rowFault, type ValueType } from './model';
import classes from './why.module.css';

const types: { value: ValueType; label: string }[] = [
  { value: 'text', label: 'text' },
  { value: 'number', label: 'number' },
  { value: 'boolean', label: 'true / false' },
  { value: 'json', label: 'list (JSON)' },
];

type Props = { row: Row; onChange: (row: Row) => void; onRemove: () => void };

/** `attribute · value · type`; a usual attribute keeps its name, and is a text. */
export function ContextRow({ row, onChange, onRemove }: Props) {
  const paths = usePaths();
  const fixed = row.usual === true;
  const name = row.path || 'the attribute';
  return (
    <li className={classes.row}>
      <Autocomplete
        size="xs"
        className={classes.path}
        aria-label="Attribute"
        placeholder="attribute"
        data={fixed ? [] : paths}
        readOnly={fixed}
        value={row.path}
        onChange={(path) => onChange({ ...row, path: path.trim() })}
      />
      <Value row={row} onChange={onChange} />
      {(!fixed || row.type !== 'text') && (
        <NativeSelect
          size="xs"
          className={classes.type}
          aria-label={`Type of ${name}`}
          data={types}
          value={row.type}
          onChange={(event) => onChange({ ...row, type: event.currentTarget.value as ValueType })}
        />
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={fixed ? `Clear ${name}` : `Remove ${name}`}
        disabled={fixed && row.text === ''}
        onClick={onRemove}
      >
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </li>
  );
}

function Value({ row, onChange }: Omit<Props, 'onRemove'>) {
  const known = useKnownValues(row.path);
  const shared = {
    size: 'xs' as const,
    className: classes.value,
    'aria-label': `Value of ${row.path || 'the attribute'}`,
  };
  if (row.type === 'boolean') {
    return (
      <NativeSelect
        {...shared}
        data={[{ value: '', label: 'not given' }, 'true', 'false']}
        value={row.text === 'true' || row.text === 'false' ? row.text : ''}
        onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
      />
    );
  }
  if (known.length > 0 && row.type === 'text') {
    return (
      <Autocomplete
        {...shared}
        placeholder="not given"
        data={known}
        value={row.text}
        onChange={(text) => onChange({ ...row, text })}
      />
    );
  }
  return (
    <TextInput
      {...shared}
      placeholder="not given"
      value={row.text}
      error={rowFault(row)}
      onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
    />
  );
}
