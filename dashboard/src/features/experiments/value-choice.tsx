import { Button, NativeSelect } from '@mantine/core';
import type { FlagSummary } from '@/api/types';
import { variationLabel } from '@/components/rules/serve-editor';
import classes from './experiments.module.css';

type Props = {
  flag: FlagSummary | undefined;
  name: string;
  value: string;
  onChange: (value: string) => void;
};

/** Which variation a flag serves: up to four as buttons (one click), more as a list. */
export function ValueChoice({ flag, name, value, onChange }: Props) {
  const variations = flag?.variations ?? (value ? [{ id: value, value }] : []);
  return (
    <fieldset className={`${classes.value} ${classes.part}`}>
      <legend className="b-hidden">Value of {name}</legend>
      <span className="b-mono" aria-hidden>
        {name} =
      </span>
      {variations.length <= 4 ? (
        variations.map((variation) => (
          <Button
            key={variation.id}
            size="compact-sm"
            variant={variation.id === value ? 'filled' : 'default'}
            aria-pressed={variation.id === value}
            onClick={() => onChange(variation.id)}
          >
            {variationLabel(variation)}
          </Button>
        ))
      ) : (
        <NativeSelect
          size="xs"
          aria-label={`Value of ${name}`}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          data={[
            { value: '', label: 'choose…' },
            ...variations.map((item) => ({ value: item.id, label: variationLabel(item) })),
          ]}
        />
      )}
    </fieldset>
  );
}
