import { TagsInput } from '@mantine/core';
import type { ClipboardEvent } from 'react';
import { splitValues } from '@/lib/conditions';

type Props = {
  label: string;
  values: string[];
  onChange: (values: string[]) => void;
  suggestions?: string[];
  placeholder?: string;
  max?: number;
  error?: string;
  /** Shows the label above; else it is for screen readers only. */
  labelled?: boolean;
  description?: string;
};

/** Values as tags; pasting a list with commas or one value a line makes one tag each. */
export function ValuesBox(props: Props) {
  const { values, onChange, max } = props;
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text');
    if (!/[\n,;\t]/.test(text)) return;
    event.preventDefault();
    onChange([...new Set([...values, ...splitValues(text)])].slice(0, max));
  };
  return (
    <TagsInput
      size="xs"
      label={props.labelled ? props.label : undefined}
      aria-label={props.labelled ? undefined : props.label}
      description={props.description}
      value={values}
      onChange={onChange}
      onPaste={paste}
      data={props.suggestions}
      placeholder={values.length === 0 ? props.placeholder : undefined}
      maxTags={max}
      splitChars={[',', ';']}
      acceptValueOnBlur
      error={props.error}
      clearable={values.length > 3}
      clearButtonProps={{ 'aria-label': `Clear ${props.label}` }}
      comboboxProps={{ shadow: 'md' }}
      style={{ minWidth: 160, flex: '1 1 180px' }}
    />
  );
}
