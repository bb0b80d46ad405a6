import { Autocomplete, Button, NativeSelect, TextInput } from '@mantine/core';
import type { Variation } from '@/api/types';
import { valueText } from '@/lib/names';
import { fillRest, ppm, type ServeEdit, settleShares, sharesFault, typeShare } from '@/lib/shares';
import { usePaths } from './names';
import classes from './rules.module.css';
import { ShareBar } from './share-bar';

type Props = {
  label: string;
  serve: ServeEdit;
  variations: Variation[];
  onChange: (serve: ServeEdit) => void;
  /** A rule may hand people on to the next one; a default cannot. */
  withNext?: boolean;
  /** A default may leave it to the program. */
  withCode?: boolean;
};

/** "true", or "blue (Calm)", or the id with its value where the id does not say it. */
export function variationLabel(variation: Variation): string {
  const value = valueText(variation.value, 24);
  const name = variation.name && variation.name !== variation.id ? ` – ${variation.name}` : '';
  return value === variation.id ? `${variation.id}${name}` : `${variation.id}${name} = ${value}`;
}

const split = '\u0000split';

/** What is served: a variation, the program's own default, or a split. */
export function ServeEditor(props: Props) {
  const { serve, variations, onChange } = props;
  const choose = (value: string) => {
    if (value !== split) return onChange({ kind: 'variation', id: value });
    const parties = [...variations.map((item) => item.id), ...(props.withNext ? ['next'] : [])];
    onChange({ kind: 'split', by: 'targetingKey', shares: parties.map((to) => ({ to, text: '' })) });
  };
  return (
    <>
      <NativeSelect
        size="xs"
        aria-label={props.label}
        value={serve.kind === 'split' ? split : serve.id}
        onChange={(event) => choose(event.currentTarget.value)}
        data={[
          ...(serve.kind === 'variation' && serve.id === '' ? [{ value: '', label: 'choose…' }] : []),
          ...variations.map((item) => ({ value: item.id, label: variationLabel(item) })),
          ...(props.withCode ? [{ value: 'code', label: "the program's own default" }] : []),
          { value: split, label: 'a split in percent' },
        ]}
        style={{ maxWidth: 280 }}
      />
      {serve.kind === 'split' && (
        <SplitFields serve={serve} onChange={onChange} withNext={props.withNext === true} />
      )}
    </>
  );
}

type Split = Extract<ServeEdit, { kind: 'split' }>;

function SplitFields(props: { serve: Split; onChange: (serve: Split) => void; withNext: boolean }) {
  const { serve, onChange } = props;
  const paths = usePaths();
  const fault = sharesFault(serve.shares);
  // A stored layout belongs to its shares; without it the server lays the new ones out.
  const setShares = (shares: Split['shares']) => {
    if (shares !== serve.shares) onChange({ ...serve, shares, table: undefined });
  };
  const shown = serve.shares.filter((share) => props.withNext || share.to !== 'next' || share.text !== '');
  return (
    <div className={classes.condition} style={{ flexBasis: '100%' }}>
      <div className={classes.shares}>
        {shown.map((share) => (
          <TextInput
            key={share.to}
            size="xs"
            label={share.to === 'next' ? 'go on to the next rule' : share.to}
            inputMode="decimal"
            rightSection="%"
            w={share.to === 'next' ? 150 : 110}
            value={share.text}
            error={share.text !== '' && ppm(share.text) === undefined}
            onChange={(event) => setShares(typeShare(serve.shares, share.to, event.currentTarget.value))}
            onBlur={() => setShares(settleShares(serve.shares, props.withNext))}
          />
        ))}
        <Autocomplete
          size="xs"
          label="by"
          aria-label="Split by attribute"
          data={paths}
          value={serve.by}
          onChange={(by) => onChange({ ...serve, by: by.trim() })}
          w={170}
          comboboxProps={{ shadow: 'md' }}
        />
        <FillButton serve={serve} onChange={setShares} />
      </div>
      <ShareBar shares={serve.shares} />
      {fault && (
        <span className={classes.fault} style={{ paddingLeft: 0 }} role="status">
          {fault}
        </span>
      )}
    </div>
  );
}

/** Gives what is left to the last party, in one click. */
function FillButton({ serve, onChange }: { serve: Split; onChange: (shares: Split['shares']) => void }) {
  const last = [...serve.shares].reverse().find((share) => share.to !== serve.shares[0]?.to);
  if (!sharesFault(serve.shares) || !last) return null;
  const target = serve.shares.find((share, at) => at > 0 && share.text === '') ?? last;
  return (
    <Button size="compact-xs" variant="subtle" onClick={() => onChange(fillRest(serve.shares, target.to))}>
      Rest to {target.to === 'next' ? 'the next rule' : target.to}
    </Button>
  );
}
