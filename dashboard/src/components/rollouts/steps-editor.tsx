import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { addStep, presetSteps, presets, type StepEdit, stepFaults, type Unit } from './model';
import classes from './rollouts.module.css';

type Props = {
  steps: StepEdit[];
  onChange: (steps: StepEdit[]) => void;
  /** What the server says of them. */
  faults: string[];
};

const maxSteps = 50;

/** Shares and the waits between them; the first is made at once. */
export function StepsEditor({ steps, onChange, faults }: Props) {
  const wrong = stepFaults(steps);
  const set = (id: number, part: Partial<StepEdit>) =>
    onChange(steps.map((step) => (step.id === id ? { ...step, ...part } : step)));
  return (
    <fieldset className={classes.edited}>
      <legend>Steps</legend>
      <div className={classes.row}>
        {presets.map((preset) => (
          <Button
            key={preset.id}
            size="compact-xs"
            variant="default"
            onClick={() => onChange(presetSteps(preset.id))}
          >
            {preset.name}
          </Button>
        ))}
      </div>
      {steps.map((step, at) => {
        const n = at + 1;
        const fault = wrong[at];
        return (
          <div className={classes.row} key={step.id}>
            <TextInput
              size="xs"
              w={110}
              aria-label={`Share of step ${n}`}
              inputMode="decimal"
              rightSection="%"
              value={step.percent}
              error={step.percent !== '' && fault?.percent}
              onChange={(event) => set(step.id, { percent: event.currentTarget.value })}
            />
            {n < steps.length && (
              <>
                <span>then wait</span>
                <TextInput
                  size="xs"
                  w={90}
                  aria-label={`Wait after step ${n}`}
                  inputMode="decimal"
                  value={step.wait}
                  error={step.wait !== '' && fault?.wait}
                  onChange={(event) => set(step.id, { wait: event.currentTarget.value })}
                />
                <NativeSelect
                  size="xs"
                  w={110}
                  aria-label={`Unit of the wait after step ${n}`}
                  value={step.unit}
                  onChange={(event) => set(step.id, { unit: event.currentTarget.value as Unit })}
                  data={[
                    { value: 's', label: 'seconds' },
                    { value: 'min', label: 'minutes' },
                    { value: 'h', label: 'hours' },
                    { value: 'd', label: 'days' },
                  ]}
                />
              </>
            )}
            {steps.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove step ${n}`}
                onClick={() => onChange(steps.filter((item) => item !== step))}
              >
                <IconTrash size={14} aria-hidden />
              </ActionIcon>
            )}
          </div>
        );
      })}
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconPlus size={13} aria-hidden />}
        disabled={steps.length >= maxSteps}
        onClick={() => onChange(addStep(steps))}
      >
        Add step
      </Button>
      {faults.length > 0 && (
        <div role="alert" className={classes.fault}>
          {faults.map((fault) => (
            <div key={fault}>{fault}</div>
          ))}
        </div>
      )}
    </fieldset>
  );
}
