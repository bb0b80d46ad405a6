import { ActionIcon, Autocomplete, Button, Group, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { FlagSummary } from '@/api/types';
import { usePaths } from '@/components/rules/names';
import { ShareBar } from '@/components/rules/share-bar';
import { uid } from '@/lib/conditions';
import { ppm } from '@/lib/shares';
import classes from './experiments.module.css';
import { type ArmEdit, type ExperimentEdit, equalise, rest } from './model';
import { ValueChoice } from './value-choice';

type Props = { edit: ExperimentEdit; known: FlagSummary[]; onChange: (edit: ExperimentEdit) => void };

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Who gets what: one value, one share of it, or several arms. */
export function ArmsEditor({ edit, known, onChange }: Props) {
  const setArm = (arm: ArmEdit) =>
    onChange({ ...edit, arms: edit.arms.map((item) => (item.uid === arm.uid ? arm : item)) });
  const add = () => {
    const used = new Set(edit.arms.map((item) => item.name));
    const name = [...letters].find((letter) => !used.has(letter)) ?? `arm-${edit.arms.length + 1}`;
    onChange(equalise({ ...edit, arms: [...edit.arms, { uid: uid(), name, text: '', values: {} }] }));
  };
  const remove = (arm: ArmEdit) =>
    onChange(equalise({ ...edit, arms: edit.arms.filter((item) => item.uid !== arm.uid) }));
  return (
    <fieldset className={classes.part}>
      <legend>{edit.template === 'compare' ? 'Arms' : 'Value'}</legend>
      {edit.arms.map((arm) => (
        <Arm
          key={arm.uid}
          arm={arm}
          edit={edit}
          known={known}
          onChange={setArm}
          onRemove={() => remove(arm)}
          onShares={onChange}
        />
      ))}
      {edit.template === 'compare' && (
        <Group gap={4} mb="xs">
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={add}
          >
            Add arm
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => onChange(equalise(edit))}>
            Equal shares
          </Button>
        </Group>
      )}
      {edit.template !== 'set' && <Outside edit={edit} onChange={onChange} />}
    </fieldset>
  );
}

type ArmProps = {
  arm: ArmEdit;
  edit: ExperimentEdit;
  known: FlagSummary[];
  onChange: (arm: ArmEdit) => void;
  onRemove: () => void;
  onShares: (edit: ExperimentEdit) => void;
};

function Arm({ arm, edit, known, onChange, onRemove, onShares }: ArmProps) {
  const share = (text: string) =>
    onShares({
      ...edit,
      table: undefined,
      arms: edit.arms.map((item) => (item.uid === arm.uid ? { ...item, text } : item)),
    });
  const values = edit.flags.map((flag) => (
    <ValueChoice
      key={flag}
      name={flag}
      flag={known.find((item) => item.key === flag)}
      value={arm.values[flag] ?? ''}
      onChange={(value) => onChange({ ...arm, values: { ...arm.values, [flag]: value } })}
    />
  ));
  if (edit.template === 'set') return values;
  return (
    <div className={classes.arm}>
      <div className={classes.line}>
        {edit.template === 'compare' && (
          <TextInput
            size="xs"
            label="Arm"
            value={arm.name}
            onChange={(event) => onChange({ ...arm, name: event.currentTarget.value.trim() })}
            w={140}
          />
        )}
        <TextInput
          size="xs"
          label="Share"
          aria-label={edit.template === 'compare' ? `Share of ${arm.name}` : 'Share'}
          inputMode="decimal"
          rightSection="%"
          value={arm.text}
          error={arm.text !== '' && ppm(arm.text) === undefined}
          onChange={(event) => share(event.currentTarget.value)}
          w={110}
        />
        {edit.template === 'compare' && edit.arms.length > 2 && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Delete the arm ${arm.name}`}
            onClick={onRemove}
          >
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        )}
        <div>{values}</div>
      </div>
    </div>
  );
}

/** The part that is not in the experiment, and what shares go by. */
function Outside({ edit, onChange }: Omit<Props, 'known'>) {
  const paths = usePaths();
  const outside = rest(edit);
  return (
    <>
      <div className={classes.line}>
        {edit.template === 'compare' ? (
          <TextInput
            size="xs"
            label="Not in the experiment"
            inputMode="decimal"
            rightSection="%"
            placeholder="0"
            value={edit.next}
            onChange={(event) => onChange({ ...edit, next: event.currentTarget.value, table: undefined })}
            w={160}
          />
        ) : (
          <Text size="sm">{outside === '' ? '…' : outside} % go on to the flag's rules</Text>
        )}
        <Autocomplete
          size="xs"
          label="Shares go by"
          data={paths}
          value={edit.by}
          onChange={(by) => onChange({ ...edit, by: by.trim() })}
          w={180}
        />
      </div>
      <div style={{ marginTop: 8 }}>
        <ShareBar
          shares={[
            ...edit.arms.map((arm) => ({ to: arm.uid, text: arm.text })),
            { to: 'next', text: outside },
          ]}
        />
      </div>
    </>
  );
}
