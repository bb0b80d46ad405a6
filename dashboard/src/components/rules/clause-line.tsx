import { Autocomplete, Checkbox, NativeSelect, Select } from '@mantine/core';
import { type ClauseLine, operatorOf, operators, type ValueType } from '@/lib/conditions';
import { useKnownValues, usePaths } from './names';
import { ValuesBox } from './values-box';

const groups = ['Text', 'Number', 'Version', 'Time', 'Other'] as const;
const choices = groups.map((group) => ({
  group,
  items: operators
    .filter((item) => item.group === group)
    .flatMap((item) => [
      { value: item.op, label: item.words },
      { value: `!${item.op}`, label: item.negated },
    ]),
}));

const counts = { none: 0, one: 1, two: 2, many: undefined };

/** Versions are compared as versions, as long as nothing else was chosen. */
function withPath(line: ClauseLine, path: string): ClauseLine {
  const untouched = line.values.length === 0 && !line.not;
  if (untouched && line.op === 'in' && /version$/i.test(path)) return { ...line, path, op: 'ver_ge' };
  if (untouched && line.op === 'ver_ge' && !/version$/i.test(path)) return { ...line, path, op: 'in' };
  return { ...line, path };
}

type Props = { line: ClauseLine; onChange: (line: ClauseLine) => void };

/** `attribute · operator in words · values` */
export function ClauseFields({ line, onChange }: Props) {
  const paths = usePaths();
  const known = operatorOf(line.op);
  const choose = (value: string | null) => {
    if (value === null) return;
    const not = value.startsWith('!');
    const op = not ? value.slice(1) : value;
    const most = counts[operatorOf(op)?.takes ?? 'many'];
    onChange({ ...line, op, not, values: line.values.slice(0, most) });
  };
  return (
    <>
      <Autocomplete
        size="xs"
        aria-label="Attribute"
        placeholder="attribute"
        data={paths}
        value={line.path}
        onChange={(path) => onChange(withPath(line, path.trim()))}
        comboboxProps={{ shadow: 'md' }}
        style={{ flex: '0 1 170px', minWidth: 120 }}
      />
      <Select
        size="xs"
        aria-label="Comparison"
        data={choices}
        value={(line.not ? '!' : '') + line.op}
        onChange={choose}
        searchable
        allowDeselect={false}
        maxDropdownHeight={320}
        comboboxProps={{ shadow: 'md', width: 250, position: 'bottom-start' }}
        style={{ flex: '0 1 180px', minWidth: 130 }}
      />
      {known?.takes !== 'none' && <Values line={line} onChange={onChange} />}
    </>
  );
}

function Values({ line, onChange }: Props) {
  const known = operatorOf(line.op);
  const listed = useKnownValues(line.path);
  return (
    <>
      <ValuesBox
        label={`Values of ${line.path || 'the attribute'}`}
        values={line.values}
        onChange={(values) => onChange({ ...line, values })}
        suggestions={listed}
        placeholder={known?.example}
        max={counts[known?.takes ?? 'many']}
      />
      {known?.values === 'scalar' && (
        <NativeSelect
          size="xs"
          aria-label="The values are"
          value={line.valueType}
          onChange={(event) => onChange({ ...line, valueType: event.currentTarget.value as ValueType })}
          data={[
            { value: 'text', label: 'text' },
            { value: 'number', label: 'numbers' },
            { value: 'boolean', label: 'true / false' },
          ]}
          style={{ flex: '0 0 auto' }}
        />
      )}
      {known?.ignoreCase && line.valueType === 'text' && (
        <Checkbox
          size="xs"
          label="any case"
          checked={line.ignoreCase}
          onChange={(event) => onChange({ ...line, ignoreCase: event.currentTarget.checked })}
        />
      )}
    </>
  );
}
