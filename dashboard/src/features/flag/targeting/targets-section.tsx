import { ActionIcon, Autocomplete, Button, NativeSelect } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { usePaths } from '@/components/rules/names';
import { variationLabel } from '@/components/rules/serve-editor';
import { ValuesBox } from '@/components/rules/values-box';
import classes from '../flag.module.css';
import { Faults, type PartProps, Section } from './section';

/** Single units that always get one variation. */
export function TargetsSection({ flag, editor, faults }: PartProps) {
  const { state, dispatch } = editor;
  const paths = usePaths();
  const first = flag.variations[0]?.id ?? '';
  return (
    <Section title="Individual targets" hint="By their key, ahead of every rule.">
      {state.targets.map((list) => (
        <fieldset key={list.uid} className={classes.line} style={{ border: 0, margin: 0, padding: 0 }}>
          <legend className="b-hidden">Targets that get {list.variation}</legend>
          <Autocomplete
            size="xs"
            aria-label="Targets by attribute"
            data={paths}
            value={list.path}
            onChange={(path) => dispatch({ type: 'target.change', list: { ...list, path: path.trim() } })}
            style={{ flex: '0 1 160px', minWidth: 120 }}
          />
          <ValuesBox
            label={`Targets that get ${list.variation}`}
            values={list.values}
            onChange={(values) => dispatch({ type: 'target.change', list: { ...list, values } })}
            placeholder="alice, bob"
          />
          <span>get</span>
          <NativeSelect
            size="xs"
            aria-label="Targets get"
            value={list.variation}
            onChange={(event) =>
              dispatch({ type: 'target.change', list: { ...list, variation: event.currentTarget.value } })
            }
            data={flag.variations.map((item) => ({ value: item.id, label: variationLabel(item) }))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Remove the targets that get ${list.variation}`}
            onClick={() => dispatch({ type: 'target.remove', uid: list.uid })}
          >
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        </fieldset>
      ))}
      <Faults faults={faults} />
      <div>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => dispatch({ type: 'target.add', variation: first })}
        >
          Add targets
        </Button>
      </div>
    </Section>
  );
}
