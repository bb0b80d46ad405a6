import { Button, Group, Text, Textarea } from '@mantine/core';
import { IconFlag2, IconPlus, IconUsersGroup } from '@tabler/icons-react';
import {
  newClause,
  newFlagLine,
  newGroupLine,
  parseCondition,
  readCondition,
  type When,
  type WhenAction,
  whenWords,
} from '@/lib/conditions';
import { ConditionLine } from './condition-line';
import classes from './rules.module.css';

type Props = {
  when: When;
  onAction: (action: WhenAction) => void;
  /** The first word: "if" of a rule, "who" of an audience. */
  word?: string;
  /** What holds without any line. */
  everyone?: string;
  /** The flag that is edited, which cannot depend on itself. */
  except?: string;
};

/** A condition, edited in place: each line must hold, alternatives stand under each other. */
export function ConditionEditor(props: Props) {
  const { when, onAction, word = 'if', except } = props;
  if (when.kind === 'document') return <DocumentEditor when={when} onAction={onAction} />;
  return (
    <div className={classes.condition}>
      {when.blocks.length === 0 && (
        <Text size="sm" c="dimmed">
          {props.everyone ?? 'Everyone.'}
        </Text>
      )}
      {when.blocks.map((block, at) =>
        block.lines.map((line, index) => (
          <ConditionLine
            key={line.uid}
            line={line}
            word={index > 0 ? 'or' : at > 0 ? 'and' : word}
            lastOfBlock={index === block.lines.length - 1}
            except={except}
            onChange={(changed) => onAction({ type: 'change', line: changed })}
            onRemove={() => onAction({ type: 'remove', uid: line.uid })}
            onOr={(added) => onAction({ type: 'or', block: block.uid, line: added })}
          />
        )),
      )}
      <Group gap={4}>
        <AddButton
          label="Attribute"
          icon="plus"
          onClick={() => onAction({ type: 'add', line: newClause() })}
        />
        <AddButton
          label="Target group"
          icon="group"
          onClick={() => onAction({ type: 'add', line: newGroupLine() })}
        />
        <AddButton
          label="Another flag"
          icon="flag"
          onClick={() => onAction({ type: 'add', line: newFlagLine() })}
        />
      </Group>
    </div>
  );
}

const icons = { plus: IconPlus, group: IconUsersGroup, flag: IconFlag2 };

function AddButton(props: { label: string; icon: keyof typeof icons; onClick: () => void }) {
  const Icon = icons[props.icon];
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      leftSection={<Icon size={13} aria-hidden />}
      onClick={props.onClick}
      aria-label={`Add a line: ${props.label}`}
    >
      {props.label}
    </Button>
  );
}

/** Deeper than AND of ORs: shown as a sentence, edited as the document's text. */
function DocumentEditor(props: {
  when: Extract<When, { kind: 'document' }>;
  onAction: (action: WhenAction) => void;
}) {
  const { when, onAction } = props;
  const change = (text: string) => {
    onAction({ type: 'text', text, fault: parseCondition(text).fault });
  };
  const settle = () => {
    const read = parseCondition(when.text);
    if (!read.fault) onAction({ type: 'replace', when: readCondition(read.condition) });
  };
  return (
    <div className={classes.condition}>
      <Text size="sm">{whenWords(when)}</Text>
      <Textarea
        label="The condition as JSON"
        description="It is deeper than the lines can show. It becomes lines again once it fits."
        value={when.text}
        onChange={(event) => change(event.currentTarget.value)}
        onBlur={settle}
        error={when.fault}
        autosize
        minRows={4}
        maxRows={18}
        classNames={{ input: 'b-mono' }}
      />
    </div>
  );
}
