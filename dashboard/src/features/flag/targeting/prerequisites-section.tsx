import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { FlagVariations } from '@/components/rules/reference-lines';
import classes from '../flag.module.css';
import { Faults, type PartProps, Section } from './section';

/** Other flags that must serve something first; else everyone gets the off value. */
export function PrerequisitesSection({ flag, editor, faults }: PartProps) {
  const { state, dispatch } = editor;
  return (
    <Section title="Prerequisites" hint="Each must be served, else “When off” counts.">
      {state.prerequisites.map((item) => (
        <fieldset key={item.uid} className={classes.line} style={{ border: 0, margin: 0, padding: 0 }}>
          <legend className="b-hidden">Prerequisite {item.flag}</legend>
          <FlagVariations
            value={item}
            except={flag.key}
            onChange={(part) => dispatch({ type: 'prerequisite.change', uid: item.uid, ...part })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Remove the prerequisite ${item.flag}`}
            onClick={() => dispatch({ type: 'prerequisite.remove', uid: item.uid })}
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
          onClick={() => dispatch({ type: 'prerequisite.add' })}
        >
          Add prerequisite
        </Button>
      </div>
    </Section>
  );
}
