import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { May } from '@/components/may';
import { ErrorState } from '@/components/states';
import { Time } from '@/components/time';
import classes from './projects.module.css';

type Item = { key: string; name: string; archivedAt?: number };

type Props = {
  id: string;
  items: Item[];
  /** Where one is: manage_project is asked for there. */
  at: (item: Item) => string;
  /** The project of which something changes with one. */
  project: (item: Item) => string;
  restore: (key: string) => Promise<unknown>;
};

/** What was archived, each with a button that brings it back; nothing where there is none. */
export function ArchivedList({ id, items, at, project, restore }: Props) {
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: (item: Item) => restore(item.key),
    onSuccess: async (_, item) => {
      await client.invalidateQueries({ queryKey: ['project', project(item)] });
      await client.invalidateQueries({ queryKey: ['projects'] });
    },
  });
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className={classes.archivedTitle}>
        Archived
      </h2>
      {back.isError && <ErrorState what="It was not restored" error={back.error} />}
      <ul className={classes.order}>
        {items.map((item) => (
          <li key={item.key} className={`b-panel ${classes.environmentHead} ${classes.archived}`}>
            <Text size="sm" component="span" fw={600}>
              {item.name}
            </Text>
            <Text size="sm" c="dimmed" component="span" style={{ flex: 1 }}>
              <span className="b-mono">{item.key}</span>
              {item.archivedAt !== undefined && (
                <>
                  , archived <Time at={item.archivedAt} />
                </>
              )}
            </Text>
            <May to="manage_project" at={at(item)}>
              <Button
                aria-label={`Restore ${item.name}`}
                size="xs"
                variant="default"
                loading={back.isPending && back.variables.key === item.key}
                onClick={() => back.mutate(item)}
              >
                Restore
              </Button>
            </May>
          </li>
        ))}
      </ul>
    </section>
  );
}
