import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { type ChangeFilter, changesQuery } from '@/api/changes';
import type { Change } from '@/api/types';
import { useProject } from '@/components/project-context';
import { ShowOlder } from '@/components/show-older';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states';
import { ChangeRow } from './change-row';
import { byDay, byPublish, ownRevisions } from './group';
import classes from './history.module.css';

type Props = {
  filter: ChangeFilter;
  withObject?: boolean;
  /** Gathers what one publish changed. */
  grouped?: boolean;
  /** What stands beside a change; `newest` is the first of all. */
  action?: (change: Change, newest: boolean) => ReactNode;
  empty: { title: string; body: string; actions?: ReactNode };
};

/** Changes as sentences by day, newest first, a page at a time. */
export function ChangeList(props: Props) {
  const project = useProject();
  const query = useInfiniteQuery(changesQuery(project.key, props.filter));
  const changes = query.data?.pages.flatMap((page) => page.items);
  if (changes === undefined) {
    if (query.isError) {
      return (
        <ErrorState
          what="The history could not be loaded"
          error={query.error}
          retry={() => query.refetch()}
        />
      );
    }
    return <SkeletonRows rows={10} />;
  }
  return (
    <>
      {query.isError && (
        <ErrorState
          what="The history could not be refreshed"
          error={query.error}
          retry={() => query.refetch()}
        />
      )}
      {changes.length === 0 && !query.isError && (
        <EmptyState title={props.empty.title} actions={props.empty.actions}>
          {props.empty.body}
        </EmptyState>
      )}
      <Days {...props} changes={changes} />
      <ShowOlder query={query} />
    </>
  );
}

function Days({ changes, grouped, withObject, action }: Props & { changes: Change[] }) {
  const row = (change: Change, index: number, publish: Change[]) => (
    <ChangeRow
      key={change.id}
      change={change}
      receipts={ownRevisions(change, grouped ? publish.slice(0, index) : [])}
      withObject={withObject}
      action={action?.(change, change === changes[0])}
    />
  );
  return byDay(changes).map(({ day, items }) => (
    <section key={day} aria-label={day}>
      <h2 className={classes.day}>{day}</h2>
      {grouped ? (
        byPublish(items).map((publish) => (
          <ul
            key={publish[0]?.id}
            className={`${classes.list} ${publish.length > 1 ? classes.group : ''}`}
            aria-label={publish.length > 1 ? `${publish.length} changes published together` : undefined}
          >
            {publish.map(row)}
          </ul>
        ))
      ) : (
        <ul className={classes.list}>{items.map(row)}</ul>
      )}
    </section>
  ));
}
