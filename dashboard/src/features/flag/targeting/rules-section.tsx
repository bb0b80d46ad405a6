import { Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useRef } from 'react';
import { RuleCard } from './rule-card';
import { Faults, type PartProps, Section } from './section';

/** Rules from the top: the first whose condition holds serves. */
export function RulesSection({ flag, editor, faults }: PartProps) {
  const { state, dispatch } = editor;
  const list = useRef<HTMLDivElement>(null);
  const undecided = { kind: 'variation', id: '' } as const;
  const move = (uid: string, by: -1 | 1) => {
    dispatch({ type: 'rule.move', uid, by });
    // The card is moved in the document, which drops the focus: give it back.
    requestAnimationFrame(() => {
      const card = list.current?.querySelector(`[data-rule="${uid}"]`);
      const same = card?.querySelector<HTMLElement>(`[data-move="${by}"]:not(:disabled)`);
      // At the end of the list only the way back is left.
      (same ?? card?.querySelector<HTMLElement>('[data-move]:not(:disabled)'))?.focus();
    });
  };
  return (
    <Section title="Rules" hint="The first that matches serves.">
      <div ref={list} style={{ display: 'contents' }}>
        {state.rules.map((rule, index) => (
          <RuleCard
            key={rule.uid}
            rule={rule}
            index={index}
            last={index === state.rules.length - 1}
            flag={flag}
            dispatch={dispatch}
            onMove={(by) => move(rule.uid, by)}
            faults={faults.filter((fault) => fault.field.startsWith(`rules[${index}]`))}
          />
        ))}
      </div>
      {state.rules.length === 0 && (
        <Text size="sm" c="dimmed">
          No rule yet: everyone gets what “Otherwise” says.
        </Text>
      )}
      <Faults faults={faults.filter((fault) => !/^rules\[\d+\]/.test(fault.field))} />
      <Group gap={4}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => dispatch({ type: 'rule.add', serve: undecided })}
        >
          Add rule
        </Button>
        <Button
          size="xs"
          variant="subtle"
          onClick={() => dispatch({ type: 'rule.add', serve: undecided, forEveryone: true })}
        >
          Add rule for everyone
        </Button>
      </Group>
    </Section>
  );
}
