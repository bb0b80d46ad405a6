import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ApplyResult } from '@/api/types';
import { PlanItems, PlanItemView } from '@/components/history/plan-item';
import type { Draft } from './draft-store';
import { placeFault } from './faults';
import classes from './review.module.css';

/** What publishing changes: a sentence each, the fields behind it, and warnings. */
export function PlanView({ plan, draft }: { plan: ApplyResult; draft: Draft }) {
  const warnings = plan.warnings ?? [];
  return (
    <>
      {!plan.changed && <Text size="sm">This is what is live already: there is nothing to publish.</Text>}
      <PlanItems>
        {plan.plan.map((item) => (
          <PlanItemView key={`${item.kind} ${item.object} ${item.environment ?? ''}`} item={item} />
        ))}
      </PlanItems>
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
