import { Button, Checkbox, Group, Modal, Text } from '@mantine/core';
import { IconArrowsDiff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { comparisonQuery, exportAddress } from '@/api/changes';
import type { Change, Environment } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { Items } from './items';

/**
 * Two revisions of an environment to compare, picked in its history. The third
 * one picked takes the place of the first.
 */
export function usePicked(environment: Environment | undefined) {
  const [picked, setPicked] = useState<{ at?: string; revisions: number[] }>({ revisions: [] });
  const at = environment?.key;
  const revisions = picked.at === at ? picked.revisions : []; // those of another environment say nothing here
  const toggle = (revision: number) => {
    const others = revisions.filter((known) => known !== revision);
    setPicked({
      at,
      revisions: others.length < revisions.length ? others : [...revisions, revision].slice(-2),
    });
  };
  return { revisions, toggle, clear: () => setPicked({ revisions: [] }) };
}

type Picked = ReturnType<typeof usePicked>;

/** Picks the revision that a change made; nothing where it made none in this environment. */
export function Pick({
  change,
  environment,
  picked,
}: {
  change: Change;
  environment: Environment;
  picked: Picked;
}) {
  const revision = change.revisions[environment.key];
  if (revision === undefined) return null;
  return (
    <Checkbox
      size="xs"
      label="Compare"
      aria-label={`Compare revision ${revision}`}
      checked={picked.revisions.includes(revision)}
      onChange={() => picked.toggle(revision)}
    />
  );
}

type Props = { environment: Environment; object?: string; picked: Picked };

/** Says what to pick next and, of two, shows what differs; with object only what differs of it. */
export function CompareBar({ environment, object, picked }: Props) {
  const [shown, setShown] = useState(false);
  if (picked.revisions.length === 0) return null;
  const [from, to] = picked.revisions.toSorted((a, b) => a - b);
  return (
    <Group gap="xs" my="xs" role="status">
      <Text size="sm">
        {to === undefined
          ? `Revision ${from} of ${environmentName(environment)} is picked. Pick another to compare.`
          : `Revisions ${from} and ${to} of ${environmentName(environment)} are picked.`}
      </Text>
      <Button
        size="compact-xs"
        leftSection={<IconArrowsDiff size={13} aria-hidden />}
        disabled={to === undefined}
        onClick={() => setShown(true)}
      >
        Compare
      </Button>
      {from !== undefined && to === undefined && <AsItWas environment={environment} revision={from} />}
      <Button size="compact-xs" variant="subtle" onClick={picked.clear}>
        Pick none
      </Button>
      {shown && from !== undefined && to !== undefined && (
        <Modal
          opened
          onClose={() => setShown(false)}
          title={`Revisions ${from} and ${to} of ${environmentName(environment)}`}
          size="xl"
          centered
        >
          <Differences environment={environment} object={object} from={from} to={to} />
        </Modal>
      )}
    </Group>
  );
}

/** Where the state as of one revision is: the page Why, and a file of the whole. */
function AsItWas({ environment, revision }: { environment: Environment; revision: number }) {
  const project = useProject();
  return (
    <>
      <ButtonLink
        size="compact-xs"
        variant="default"
        to="/p/$project/e/$environment/why"
        params={{ project: project.key, environment: environment.key }}
        search={{ revision: String(revision) }}
      >
        What it served
      </ButtonLink>
      <Button
        component="a"
        size="compact-xs"
        variant="default"
        href={exportAddress(project.key, environment.key, revision)}
        download={`${project.key}-${environment.key}-${revision}.yaml`}
      >
        The project as it was
      </Button>
    </>
  );
}

type DifferencesProps = { environment: Environment; object?: string; from: number; to: number };

function Differences({ environment, object, from, to }: DifferencesProps) {
  const project = useProject();
  const query = useQuery(comparisonQuery(project.key, environment.key, { from, to, object }));
  return (
    <QueryState query={query} what="These two cannot be compared">
      {(found) => (
        <>
          <Text size="sm" c="dimmed">
            From <Time at={found.from.at} /> to <Time at={found.to.at} />
          </Text>
          {found.changes.length === 0 ? (
            <Text mt="sm">Nothing differs.</Text>
          ) : (
            <Items label="What differs" items={found.changes} />
          )}
        </>
      )}
    </QueryState>
  );
}
