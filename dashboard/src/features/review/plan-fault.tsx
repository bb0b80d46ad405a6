import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { ApiError } from '@/api/client';
import { ObjectLink } from '@/components/history/links';
import { ErrorState } from '@/components/states';
import { type Draft, dropFromDraft } from './draft-store';
import { type PlacedFault, placeFault } from './faults';
import classes from './review.module.css';

const kinds = { flags: 'flag', targetGroups: 'target_group', experiments: 'experiment' } as const;

/** What the server would refuse, by object, with the way there and the way out. */
export function PlanFault({ draft, error, retry }: { draft: Draft; error: unknown; retry: () => void }) {
  const fields = error instanceof ApiError && error.status < 500 ? error.fields : [];
  if (fields.length === 0)
    return <ErrorState what="The change cannot be checked" error={error} retry={retry} />;
  const placed = fields.map((fault) => placeFault(draft, fault));
  const objects = [
    ...new Map(placed.flatMap((item) => (item ? [[`${item.kind} ${item.object}`, item]] : []))),
  ];
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title="This cannot be published yet"
    >
      {objects.map(([key, first]) => (
        <ObjectFaults
          key={key}
          draft={draft}
          first={first as PlacedFault}
          faults={placed.filter((item): item is PlacedFault => `${item?.kind} ${item?.object}` === key)}
        />
      ))}
      <ul className={classes.faults}>
        {fields
          .filter((_, index) => placed[index] === undefined)
          .map((fault) => (
            <li key={`${fault.field} ${fault.message}`}>
              {fault.field && <code>{fault.field}</code>} {fault.message}
            </li>
          ))}
      </ul>
    </Alert>
  );
}

function ObjectFaults(props: { draft: Draft; first: PlacedFault; faults: PlacedFault[] }) {
  const { draft, first, faults } = props;
  return (
    <section aria-label={first.object} className={classes.object}>
      <ObjectLink kind={kinds[first.kind]} object={first.object} environment={draft.environment} />
      <ul className={classes.faults}>
        {faults.map((fault) => (
          <li key={`${fault.place} ${fault.message}`}>
            {fault.place && `${fault.place}: `}
            {fault.message}
          </li>
        ))}
      </ul>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => dropFromDraft(draft.project, draft.environment, first.kind, first.object)}
      >
        Forget my edits of {first.object}
      </Button>
    </section>
  );
}
