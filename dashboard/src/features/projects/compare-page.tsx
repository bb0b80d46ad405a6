import { Button, Checkbox, Group, Select, Table, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { differencesQuery } from '@/api/environments';
import type { Environment, EnvironmentComparison, FlagDifference } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { EmptyState, QueryState, SkeletonRows } from '@/components/states';
import { count } from '@/lib/names';
import { PromoteModal } from './promote';

/** Two environments side by side: the flags that differ, and what promoting them would change. */
export function ComparePage() {
  const project = useProject();
  const chosen = useSearch({ from: '/frame/p/$project/compare' });
  const navigate = useNavigate();
  const find = (key: string | undefined) => project.environments.find((item) => item.key === key);
  const to = find(chosen.to) ?? project.environments.find((item) => item.key !== chosen.from);
  const from = find(chosen.from) ?? project.environments.find((item) => item.key !== to?.key);
  const choose = (next: { from?: string; to?: string }) =>
    void navigate({ to: '.', search: { from: from?.key, to: to?.key, ...next }, replace: true });
  if (!from || !to || from.key === to.key) {
    return (
      <Page title="Compare environments">
        <EmptyState title="Nothing to compare with">
          This project has one environment. Make another one in its settings.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title="Compare environments" summary="Which flags differ, and what carrying them over would change">
      <Group align="flex-end" gap="sm" mb="md">
        <Choice label="From" value={from} other={to} onChoose={(key) => choose({ from: key })} />
        <Button
          variant="default"
          leftSection={<IconArrowsExchange size={16} aria-hidden />}
          onClick={() => choose({ from: to.key, to: from.key })}
        >
          Swap
        </Button>
        <Choice label="To" value={to} other={from} onChoose={(key) => choose({ to: key })} />
      </Group>
      <Comparison key={`${from.key} ${to.key}`} from={from} to={to} />
    </Page>
  );
}

type ChoiceProps = { label: string; value: Environment; other: Environment; onChoose: (key: string) => void };

function Choice({ label, value, other, onChoose }: ChoiceProps) {
  const project = useProject();
  return (
    <Select
      label={label}
      data={project.environments
        .filter((item) => item.key !== other.key)
        .map((item) => ({ value: item.key, label: item.name }))}
      value={value.key}
      allowDeselect={false}
      onChange={(key) => key && onChoose(key)}
    />
  );
}

function Comparison({ from, to }: { from: Environment; to: Environment }) {
  const project = useProject();
  const differences = useQuery(differencesQuery(project.key, from.key, to.key));
  return (
    <QueryState
      query={differences}
      what="The environments could not be compared"
      loading={<SkeletonRows rows={6} />}
    >
      {(comparison) =>
        comparison.differences.length === 0 ? (
          <EmptyState title="No difference">
            {count(comparison.same, 'flag')} do the same in {from.name} and {to.name}.
          </EmptyState>
        ) : (
          <Differences comparison={comparison} from={from} to={to} />
        )
      }
    </QueryState>
  );
}

type DifferencesProps = { comparison: EnvironmentComparison; from: Environment; to: Environment };

function Differences({ comparison, from, to }: DifferencesProps) {
  const project = useProject();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [promoting, setPromoting] = useState(false);
  const all = comparison.differences.map((item) => item.flag);
  const picked = all.filter((flag) => chosen.has(flag));
  const toggle = (flag: string) => {
    const next = new Set(chosen);
    if (!next.delete(flag)) next.add(flag);
    setChosen(next);
  };
  const missing = dependencies(comparison.differences, chosen);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" role="status">
          {count(all.length, 'flag differs', 'flags differ')}, {comparison.same.toLocaleString('en')} are
          alike
          {picked.length > 0 && `, ${picked.length} chosen`}
        </Text>
        <May to={['publish', 'edit_flags']} at={`${project.key}/${to.key}`}>
          <Button disabled={picked.length === 0} onClick={() => setPromoting(true)}>
            Promote to {environmentName(to)}…
          </Button>
        </May>
      </Group>
      {missing.length > 0 && (
        <Text size="sm" mb="sm" role="note">
          What you chose depends on flags that differ too and are not chosen: {missing.join(', ')}.
        </Text>
      )}
      <div className="b-panel b-scroll-x">
        <Table miw={760} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={44}>
                <Checkbox
                  aria-label="Choose all"
                  checked={picked.length === all.length}
                  indeterminate={picked.length > 0 && picked.length < all.length}
                  onChange={() => setChosen(picked.length === all.length ? new Set() : new Set(all))}
                />
              </Table.Th>
              <Table.Th>Flag</Table.Th>
              <Table.Th>
                <EnvironmentBadge environment={from} />
              </Table.Th>
              <Table.Th>
                <EnvironmentBadge environment={to} />
              </Table.Th>
              <Table.Th>Promoting changes</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {comparison.differences.map((item) => (
              <DifferenceRow
                key={item.flag}
                item={item}
                to={to}
                chosen={chosen.has(item.flag)}
                onToggle={() => toggle(item.flag)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {comparison.experiments.length > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          Experiments belong to their environment and are not promoted: {comparison.experiments.join(', ')}.
        </Text>
      )}
      <PromoteModal
        opened={promoting}
        onClose={() => setPromoting(false)}
        onDone={() => setChosen(new Set())}
        from={from}
        to={to}
        flags={picked}
      />
    </>
  );
}

/** The flags that chosen ones depend on, that differ as well and are not chosen. */
export function dependencies(differences: FlagDifference[], chosen: ReadonlySet<string>): string[] {
  const needed = differences.filter((item) => chosen.has(item.flag)).flatMap((item) => item.dependsOn);
  return [...new Set(needed)].filter((flag) => !chosen.has(flag)).sort();
}

type RowProps = { item: FlagDifference; to: Environment; chosen: boolean; onToggle: () => void };

function DifferenceRow({ item, to, chosen, onToggle }: RowProps) {
  const project = useProject();
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox aria-label={`Choose ${item.flag}`} checked={chosen} onChange={onToggle} />
      </Table.Td>
      <Table.Td>
        <AnchorLink
          to="/p/$project/e/$environment/flags/$flag"
          params={{ project: project.key, environment: to.key, flag: item.flag }}
          fw={600}
        >
          {item.flag}
        </AnchorLink>
      </Table.Td>
      <Table.Td>{item.from}</Table.Td>
      <Table.Td>{item.to}</Table.Td>
      <Table.Td>
        {item.sentences.map((sentence) => (
          <Text key={sentence} size="sm">
            {sentence}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}
