import { type ReactNode, useId } from 'react';
import classes from './connect.module.css';

type Option = { value: string; title: ReactNode; about: string };
type Props = { label: string; value: string; options: Option[]; onChange: (value: string) => void };

/** A few alternatives side by side, one of them chosen. */
export function Choice({ label, value, options, onChange }: Props) {
  const name = useId();
  return (
    <fieldset className={classes.choice}>
      <legend className={classes.legend}>{label}</legend>
      <div className={classes.options}>
        {options.map((option) => (
          <label
            key={option.value}
            className={classes.option}
            data-chosen={option.value === value || undefined}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className="b-hidden"
            />
            <span className={classes.optionTitle}>{option.title}</span>
            <span className={classes.about}>{option.about}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
