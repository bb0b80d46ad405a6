import { Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { words } from '@/api/client';
import { explainQuery, type Moment } from '@/api/evaluate';
import type { FlagSummary } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { valueText } from '@/lib/names';
import type { Context } from './model';
import classes from './why.module.css';
import { reasonWords } from './words';

/** Each row asks the server, so they come in portions. */
const portion = 30;

type Props = { flags: FlagSummary[]; context: Context; moment: Moment };

/** What every flag of the environment serves to the context. */
export function AllFlags({ flags, context, moment }: Props) {
  const [shown, setShown] = useState(portion);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
    <section className="b-scroll-x" tabIndex={0} aria-label="What every flag serves">
      <Table verticalSpacing={5}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Flag</Table.Th>
            <Table.Th>Serves</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {flags.slice(0, shown).map((flag) => (
            <FlagRow key={flag.key} flag={flag.key} context={context} moment={moment} />
          ))}
        </Table.Tbody>
      </Table>
      {flags.length > shown && (
        <Button size="xs" variant="default" mt="xs" onClick={() => setShown(shown + portion)}>
          Show {Math.min(portion, flags.length - shown)} more
        </Button>
      )}
    </section>
  );
}

function FlagRow({ flag, context, moment }: { flag: string; context: Context; moment: Moment }) {
  const project = useProject();
  const environment = useEnvironment();
  const { data, error } = useQuery(explainQuery(project.key, environment.key, flag, context, moment));
  return (
    <Table.Tr>
      <Table.Td>
        <Link
          className={classes.link}
          to="/p/$project/e/$environment/why"
          params={{ project: project.key, environment: environment.key }}
          search={(before) => ({ ...before, flag })}
        >
          {flag}
        </Link>
      </Table.Td>
      <Table.Td className="b-mono">
        {data && (data.variation === undefined ? 'program default' : valueText(data.value))}
      </Table.Td>
      <Table.Td>{error ? words(error) : data && reasonWords(data)}</Table.Td>
    </Table.Tr>
  );
}
