import { Anchor, Badge, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { PlanItem } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { FieldDiff } from './field-diff';
import { kindWords } from './links';
import classes from './plan-item.module.css';

type Planned = Omit<PlanItem, 'moves'>;

/** The list that such items stand in. */
export function PlanItems({ children, label }: { children: ReactNode; label?: string }) {
  return (
    <ul className={classes.plan} aria-label={label}>
      {children}
    </ul>
  );
}

const actions: Record<string, string> = { create: 'new', update: 'changed', delete: 'removed' };

/** What becomes of one object: a sentence each, and the fields behind one click. */
export function PlanItemView({ item, note }: { item: Planned; note?: ReactNode }) {
  const project = useProject();
  const [open, setOpen] = useState(false);
  const environment = project.environments.find((known) => known.key === item.environment);
  return (
    <li className={classes.item}>
      <div className={classes.head}>
        <span className={classes.object}>
          {item.object}{' '}
          <Text span size="xs" c="dimmed">
            {kindWords[item.kind] ?? item.kind}
          </Text>
        </span>
        <Badge variant="light" color={item.action === 'delete' ? 'red' : 'navy'} size="sm" tt="none">
          {actions[item.action] ?? item.action}
        </Badge>
        {environment && <EnvironmentBadge environment={environment} />}
      </div>
      {note}
      {item.sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Anchor component="button" type="button" size="xs" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide the fields' : `Show the fields (${item.diff.length})`}
      </Anchor>
      {open && <FieldDiff diff={item.diff} />}
    </li>
  );
}
