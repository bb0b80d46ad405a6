import { MultiSelect, NumberInput, Textarea } from '@mantine/core';
import { ConditionEditor } from '@/components/rules/condition-editor';
import { useFlags } from '@/components/rules/names';
import { editWhen } from '@/lib/conditions';
import { ArmsEditor } from './arms-editor';
import classes from './experiments.module.css';
import type { ExperimentEdit } from './model';

type Props = { edit: ExperimentEdit; onChange: (edit: ExperimentEdit) => void; withOrder?: boolean };

/** What an experiment does: its flags, the value or arms, and for whom. */
export function ExperimentForm({ edit, onChange, withOrder }: Props) {
  const known = useFlags();
  const names = [...new Set([...known.map((flag) => flag.key), ...edit.flags])];
  return (
    <div className={classes.form}>
      <MultiSelect
        label="Flags"
        description="All of them change together: no user sees one without the others."
        placeholder={edit.flags.length === 0 ? 'choose one or more' : undefined}
        data={names}
        value={edit.flags}
        onChange={(flags) => onChange({ ...edit, flags })}
        searchable
        hidePickedOptions
        nothingFoundMessage="No such flag"
        comboboxProps={{ shadow: 'md' }}
      />
      {edit.flags.length > 0 && <ArmsEditor edit={edit} known={known} onChange={onChange} />}
      <fieldset className={classes.part}>
        <legend>Audience</legend>
        <ConditionEditor
          word="who"
          everyone="Everyone."
          when={edit.when}
          onAction={(action) => onChange({ ...edit, when: editWhen(edit.when, action) })}
        />
      </fieldset>
      <Textarea
        label="Description (optional)"
        autosize
        minRows={1}
        value={edit.description}
        onChange={(event) => onChange({ ...edit, description: event.currentTarget.value })}
      />
      {withOrder && (
        <NumberInput
          label="Order"
          description="Where several experiments hold one flag, the smaller goes first."
          value={edit.order}
          onChange={(order) => onChange({ ...edit, order: Number(order) || 0 })}
          allowDecimal={false}
          w={220}
        />
      )}
    </div>
  );
}
