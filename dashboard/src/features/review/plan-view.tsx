import { Alert, Anchor, Badge, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { ApplyResult, PlanItem } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { FieldDiff } from '@/components/history/field-diff';
import { kindWords } from '@/components/history/links';
import { useProject } from '@/components/project-context';
import type { Draft } from './draft-store';
import { placeFault } from './faults';
import classes from './review.module.css';

/** What publishing changes: a sentence each, the fields behind it, and warnings. */
export function PlanView({ plan, draft }: { plan: ApplyResult; draft: Draft }) {
  const warnings = plan.warnings ?? [];
  return (
    <>
      {!plan.changed && <Text size="sm">This is what is live already: there is nothing to publish.</Text>}
      <ul className={classes.plan}>
        {plan.plan.map((item) => (
          <Item key={`${item.kind} ${item.object} ${item.environment ?? ''}`} item={item} />
        ))}
      </ul>
      {warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />} title="Look at this first">
          <ul className={classes.faults}>
            {warnings.map((warning) => (
              <li key={`${warning.path} ${warning.message}`}>
                <WarningText draft={draft} path={warning.path} message={warning.message} />
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </>
  );
}

function WarningText({ draft, path, message }: { draft: Draft; path: string; message: string }) {
  const placed = placeFault(draft, { field: path, message });
  if (!placed) {
    return (
      <>
        <code>{path}</code> {message}
      </>
    );
  }
  return (
    <>
      {placed.object}
      {placed.place && `, ${placed.place}`}: {message}
    </>
  );
}

const actions: Record<string, string> = { create: 'new', update: 'changed', delete: 'removed' };

function Item({ item }: { item: PlanItem }) {
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
