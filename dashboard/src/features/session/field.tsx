import { useId, useState } from 'react';

type Props = {
  label: string;
  type: 'email' | 'password' | 'text';
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
  fault?: string;
  autoFocus?: boolean;
};

/** One labelled field; a password can be shown. */
export function Field({ label, type, autoComplete, value, onChange, fault, autoFocus }: Props) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="door-field">
      <label htmlFor={id}>{label}</label>
      <div className="door-input">
        <input
          id={id}
          name={type}
          type={shown ? 'text' : type}
          autoComplete={autoComplete}
          value={value}
          required
          // biome-ignore lint/a11y/noAutofocus: the page has one purpose and this is its first field
          autoFocus={autoFocus}
          spellCheck={false}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? `${id}-fault` : undefined}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        {type === 'password' && (
          <button type="button" className="door-show" onClick={() => setShown(!shown)} aria-pressed={shown}>
            {shown ? 'Hide' : 'Show'}
          </button>
        )}
      </div>
      {fault && (
        <span id={`${id}-fault`} className="door-fault">
          {fault}
        </span>
      )}
    </div>
  );
}
