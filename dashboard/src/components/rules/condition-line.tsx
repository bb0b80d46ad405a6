import { ActionIcon, Anchor, Button, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { type Line, lineFault, lineWords, newClause, operatorOf } from '@/lib/conditions';
import { ClauseFields } from './clause-line';
import { FlagFields, GroupFields } from './reference-lines';
import classes from './rules.module.css';

type Props = {
  line: Line;
  /** "if", "and" or "or": how it hangs together with the line before. */
  word: string;
  /** True for the last of lines of which any must hold: an alternative can be added here. */
  lastOfBlock: boolean;
  except?: string;
  onChange: (line: Line) => void;
  onRemove: () => void;
  onOr: (line: Line) => void;
};

/** One editable line of a condition. */
export function ConditionLine(props: Props) {
  const { line, onChange } = props;
  const fault = lineFault(line, (op) => operatorOf(op)?.takes);
  return (
    <fieldset className={classes.line} style={{ border: 0, margin: 0, padding: 0 }}>
      <legend className="b-hidden">{`${props.word} ${lineWords(line)}`}</legend>
      <span className={classes.word} aria-hidden>
        {props.word}
      </span>
      {line.kind === 'clause' && <ClauseFields line={line} onChange={onChange} />}
      {line.kind === 'group' && <GroupFields line={line} onChange={onChange} />}
      {line.kind === 'flag' && <FlagFields line={line} onChange={onChange} except={props.except} />}
      {props.lastOfBlock && (
        <Button size="compact-xs" variant="subtle" onClick={() => props.onOr(newClause())}>
          or…
        </Button>
      )}
      <Tooltip label="Remove this line">
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={`Remove: ${lineWords(line)}`}
          onClick={props.onRemove}
        >
          <IconTrash size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {fault ? <span className={classes.fault}>{fault}</span> : <MissingNote {...props} />}
    </fieldset>
  );
}

/** "Is none of" does not match who lacks the attribute: say so, and offer the other half. */
function MissingNote({ line, lastOfBlock, onOr }: Props) {
  if (line.kind !== 'clause' || !line.not || line.op === 'exists' || !lastOfBlock) return null;
  return (
    <span className={classes.note}>
      People without {line.path} do not match.{' '}
      <Anchor
        component="button"
        type="button"
        size="xs"
        underline="always"
        onClick={() => onOr({ ...newClause(line.path), op: 'exists', not: true })}
      >
        Or it is missing
      </Anchor>
    </span>
  );
}
