import { Button, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Change, Project } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { ReceiptLine } from '@/components/receipt/receipt-line';
import { Time } from '@/components/time';
import { FieldDiff } from './field-diff';
import classes from './history.module.css';
import { kindWords, ObjectLink } from './links';

type Props = {
  change: Change;
  /** Names the object, where the list holds several. */
  withObject?: boolean;
  /** Undo, for the newest. */
  action?: ReactNode;
  /** Says who has applied these revisions, by environment. */
  receipts?: Record<string, number>;
};

const actor = (change: Change) =>
  change.actor.kind === 'app' ? `${change.actor.name} (application)` : change.actor.name;

const nameOf = (project: Project, key: string) =>
  project.environments.find((item) => item.key === key)?.name ?? key;

/** One change: who, when, what in a sentence; the fields behind one click. */
export function ChangeRow({ change, withObject, action, receipts = {} }: Props) {
  const [open, setOpen] = useState(false);
  const project = useProject();
  const environment = project.environments.find((item) => item.key === change.environment);
  const revision = change.environment ? change.revisions[change.environment] : undefined;
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <li className={classes.row}>
      <span className={classes.who}>
        <Time at={change.at} /> · {actor(change)}
      </span>
      <div className={classes.what}>
        {withObject && (
          <Text size="xs" c="dimmed" component="p">
            {kindWords[change.kind] ?? change.kind}{' '}
            <ObjectLink kind={change.kind} object={change.object} environment={change.environment} />
          </Text>
        )}
        {change.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        {change.comment && (
          <Text size="sm" component="p" fs="italic">
            “{change.comment}”
          </Text>
        )}
        {change.erased && (
          <Text size="xs" c="dimmed" component="p">
            Rewritten since by an erasure: a placeholder stands where an identifier was.
          </Text>
        )}
        {Object.entries(receipts).map(([key, number]) => (
          <ReceiptLine
            key={key}
            environment={key}
            revision={number}
            name={key === change.environment ? undefined : nameOf(project, key)}
          />
        ))}
      </div>
      <span className={classes.marks}>
        {environment && <EnvironmentBadge environment={environment} />}
        {revision !== undefined && <span>revision {revision}</span>}
        {action}
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          leftSection={<Chevron size={13} aria-hidden />}
        >
          Diff
        </Button>
      </span>
      {open && (
        <div className={classes.open}>
          <FieldDiff diff={change.diff} />
        </div>
      )}
    </li>
  );
}
