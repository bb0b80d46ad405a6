import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { FlagSummary } from '@/api/types';
import { ListTable } from '@/components/list-table';
import { useEnvironment, useProject } from '@/components/project-context';
import { StaleActions } from '@/components/stale-actions';
import { Time } from '@/components/time';

/** Flags that may have done their work, each with why, since when, and the way out. */
export function StaleTable({ flags }: { flags: FlagSummary[] }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <ListTable label="Table of stale flags" columns={['Name', 'Why', 'Since', 'Owner']}>
      {flags.map((flag) => (
        <Table.Tr key={flag.key}>
          <Table.Td>
            <Link
              to="/p/$project/e/$environment/flags/$flag"
              params={{ project: project.key, environment: environment.key, flag: flag.key }}
            >
              {flag.key}
            </Link>
          </Table.Td>
          <Table.Td>
            {flag.stale.map((reason) => (
              <div key={reason.reason}>{reason.words}</div>
            ))}
          </Table.Td>
          <Table.Td>
            {flag.stale.map((reason) => (
              <div key={reason.reason}>
                <Time at={reason.since} />
              </div>
            ))}
          </Table.Td>
          <Table.Td>{flag.owner}</Table.Td>
          <Table.Td ta="right">
            <StaleActions flag={flag} />
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
