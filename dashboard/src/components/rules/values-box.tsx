import { TagsInput } from '@mantine/core';

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
  return (
    <TagsInput
      size="xs"
      label={props.labelled ? props.label : undefined}
      aria-label={props.labelled ? undefined : props.label}
      description={props.description}
      value={values}
      onChange={onChange}
      data={props.suggestions}
      placeholder={values.length === 0 ? props.placeholder : undefined}
      maxTags={max}
      splitChars={[',', ';', '\n', '\r', '\t']}
      acceptValueOnBlur
      error={props.error}
      clearable={values.length > 3}
      clearButtonProps={{ 'aria-label': `Clear ${props.label}` }}
      comboboxProps={{ shadow: 'md' }}
      style={{ minWidth: 160, flex: '1 1 180px' }}
    />
  );
}
