import { MultiSelect, NativeSelect, Select } from '@mantine/core';
import type { FlagLine, GroupLine } from '@/lib/conditions';
import { useFlags, useGroupKeys } from './names';

/** `is in · target groups` */
export function GroupFields({ line, onChange }: { line: GroupLine; onChange: (line: GroupLine) => void }) {
  const known = useGroupKeys();
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label="Membership"
        value={line.not ? 'not' : 'in'}
        onChange={(event) => onChange({ ...line, not: event.currentTarget.value === 'not' })}
        data={[
          { value: 'in', label: 'in target group' },
          { value: 'not', label: 'not in target group' },
        ]}
      />
      <MultiSelect
        size="xs"
        aria-label="Target groups"
        placeholder={line.groups.length === 0 ? 'choose a target group' : undefined}
        data={[...new Set([...known, ...line.groups])]}
        value={line.groups}
        onChange={(groups) => onChange({ ...line, groups })}
        searchable
        nothingFoundMessage="No target group yet"
        comboboxProps={{ shadow: 'md' }}
        style={{ flex: '1 1 200px', minWidth: 160 }}
      />
    </>
  );
}

type FlagPart = Pick<FlagLine, 'flag' | 'variations'>;

/** A flag and those of its variations that fit; also for prerequisites. */
export function FlagVariations(props: {
  value: FlagPart;
  onChange: (value: FlagPart) => void;
  /** The flag that is edited: it cannot depend on itself. */
  except?: string;
}) {
  const { value, onChange, except } = props;
  const flags = useFlags().filter((flag) => flag.key !== except);
  const chosen = flags.find((flag) => flag.key === value.flag);
  const ids = chosen?.variations.map((variation) => variation.id) ?? value.variations;
  const names = [...new Set([...flags.map((flag) => flag.key), ...(value.flag ? [value.flag] : [])])];
  return (
    <>
      <Select
        size="xs"
        aria-label="Other flag"
        placeholder="choose a flag"
        data={names}
        value={value.flag || null}
        onChange={(flag) => flag && onChange({ flag, variations: [] })}
        searchable
        comboboxProps={{ shadow: 'md' }}
        style={{ flex: '0 1 220px', minWidth: 150 }}
      />
      <MultiSelect
        size="xs"
        aria-label="Variations that fit"
        placeholder={value.variations.length === 0 ? 'variations' : undefined}
        data={ids}
        value={value.variations}
        onChange={(variations) => onChange({ ...value, variations })}
        comboboxProps={{ shadow: 'md' }}
        style={{ flex: '1 1 160px', minWidth: 120 }}
      />
    </>
  );
}

/** `another flag · serves · variations` */
export function FlagFields(props: { line: FlagLine; onChange: (line: FlagLine) => void; except?: string }) {
  const { line, onChange, except } = props;
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label="Service"
        value={line.not ? 'not' : 'is'}
        onChange={(event) => onChange({ ...line, not: event.currentTarget.value === 'not' })}
        data={[
          { value: 'is', label: 'flag serves' },
          { value: 'not', label: 'flag does not serve' },
        ]}
      />
      <FlagVariations
        value={line}
        onChange={(part) => onChange({ ...line, flag: part.flag, variations: part.variations })}
        except={except}
      />
    </>
  );
}
