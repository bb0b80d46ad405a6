import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconTrash } from '@tabler/icons-react';
import type { KeyboardEvent, ReactNode } from 'react';
import type { FlagDetail } from '@/api/types';
import { ConditionEditor } from '@/components/rules/condition-editor';
import { ServeEditor } from '@/components/rules/serve-editor';
import { type RuleEdit, ruleWords } from '../editor/model';
import type { EditAction } from '../editor/reducer';
import classes from '../flag.module.css';
import { type Fault, Faults } from './section';

type Props = {
  rule: RuleEdit;
  index: number;
  last: boolean;
  flag: FlagDetail;
  dispatch: (action: EditAction) => void;
  onMove: (by: -1 | 1) => void;
  faults: Fault[];
};

/** One rule, all of it in sight and edited in place. Alt and an arrow key move it. */
export function RuleCard(props: Props) {
  const { rule, index, flag, dispatch } = props;
  const keys = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    props.onMove(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <fieldset className={classes.rule} data-rule={rule.uid} onKeyDown={keys} style={{ margin: 0 }}>
      <legend className="b-hidden">
        Rule {index + 1}: {ruleWords(rule)}
      </legend>
      <div className={classes.ruleHead}>
        <span className={classes.number}>{index + 1}</span>
        <TextInput
          size="xs"
          variant="unstyled"
          aria-label={`Name of rule ${index + 1}`}
          placeholder={rule.id ?? 'name (optional)'}
          value={rule.name}
          onChange={(event) =>
            dispatch({ type: 'rule.name', uid: rule.uid, name: event.currentTarget.value })
          }
          style={{ flex: '1 1 120px' }}
        />
        <RuleButtons {...props} />
      </div>
      <ConditionEditor
        when={rule.when}
        onAction={(action) => dispatch({ type: 'rule.when', uid: rule.uid, action })}
        everyone="Everyone who comes this far."
        except={flag.key}
      />
      <div className={classes.serves}>
        <span>serve</span>
        <ServeEditor
          label={`Rule ${index + 1} serves`}
          serve={rule.serve}
          variations={flag.variations}
          onChange={(serve) => dispatch({ type: 'rule.serve', uid: rule.uid, serve })}
          withNext
        />
      </div>
      {rule.serve.kind === 'variation' && rule.serve.id === '' && (
        <div className={classes.fault}>Choose what it serves.</div>
      )}
      <Faults faults={props.faults} />
    </fieldset>
  );
}

function RuleButtons({ rule, index, last, dispatch, onMove }: Props) {
  const n = index + 1;
  return (
    <>
      <Icon label={`Move rule ${n} up (Alt ↑)`} move={-1} disabled={index === 0} onClick={() => onMove(-1)}>
        <IconArrowUp size={14} aria-hidden />
      </Icon>
      <Icon label={`Move rule ${n} down (Alt ↓)`} move={1} disabled={last} onClick={() => onMove(1)}>
        <IconArrowDown size={14} aria-hidden />
      </Icon>
      <Icon label={`Copy rule ${n}`} onClick={() => dispatch({ type: 'rule.copy', uid: rule.uid })}>
        <IconCopy size={14} aria-hidden />
      </Icon>
      <Icon label={`Delete rule ${n}`} onClick={() => dispatch({ type: 'rule.remove', uid: rule.uid })}>
        <IconTrash size={14} aria-hidden />
      </Icon>
    </>
  );
}

type IconProps = {
  label: string;
  move?: -1 | 1;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function Icon({ label, move, disabled, onClick, children }: IconProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size="sm"
        variant="subtle"
        color="gray"
        aria-label={label}
        data-move={move}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
