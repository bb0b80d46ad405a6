import { NativeSelect, Text } from '@mantine/core';
import { ServeEditor, variationLabel } from '@/components/rules/serve-editor';
import { valueText } from '@/lib/names';
import classes from '../flag.module.css';
import { Faults, type PartProps, Section } from './section';

/** What everyone gets whom no rule served. */
export function OtherwiseSection({ flag, editor, faults }: PartProps) {
  const { state, dispatch } = editor;
  const code = state.otherwise.kind === 'variation' && state.otherwise.id === 'code';
  return (
    <Section title="Otherwise" hint="Who got nothing above.">
      <div className={classes.line}>
        <span>serve</span>
        <ServeEditor
          label="Otherwise serve"
          serve={state.otherwise}
          variations={flag.variations}
          onChange={(serve) => dispatch({ type: 'otherwise', serve })}
          withCode
        />
      </div>
      {code && (
        <Text size="sm" c="dimmed">
          Each program serves the default written in it
          {flag.codeDefault !== undefined && (
            <>
              {' '}
              (<code>{valueText(flag.codeDefault as never)}</code>)
            </>
          )}
          .
        </Text>
      )}
      <Faults faults={faults} />
    </Section>
  );
}

/** What everyone gets while the flag is off, or a prerequisite fails. */
export function WhenOffSection({ flag, editor, faults }: PartProps) {
  const { state, dispatch } = editor;
  return (
    <Section title="When off" hint="Turned off, or a prerequisite fails.">
      <div className={classes.line}>
        <span>serve</span>
        <NativeSelect
          size="xs"
          aria-label="When off serve"
          value={state.off}
          onChange={(event) => dispatch({ type: 'off', variation: event.currentTarget.value })}
          data={[
            ...flag.variations.map((item) => ({ value: item.id, label: variationLabel(item) })),
            { value: 'code', label: "the program's own default" },
          ]}
        />
      </div>
      <Faults faults={faults} />
    </Section>
  );
}
