import { Alert, Badge, Button, SegmentedControl } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { connectionsQuery } from '@/api/connections';
import type { Connections } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { ReceiptLine } from '@/components/receipt/receipt-line';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { useLiveState } from '@/lib/live';
import { count } from '@/lib/names';
import { ApplicationPanel } from './application-panel';
import classes from './live.module.css';
import { NodesNote } from './nodes-note';
import { RefusedTable } from './refused-table';

const from = '/frame/p/$project/e/$environment/live';

/** Which programs are connected now, what they hold, and who was refused and why. */
export function LivePage() {
  const project = useProject();
  const environment = useEnvironment();
  const { tab } = useSearch({ from });
  const everywhere = tab === 'all';
  const query = useQuery(connectionsQuery(project.key, everywhere ? undefined : environment.key));
  const [held, setHeld] = useState<{ data: Connections; at: number }>();
  const instances = query.data?.items.reduce((sum, item) => sum + item.instances.length, 0) ?? 0;
  return (
    <Page
      title="Live"
      summary={
        query.data && `${count(instances, 'instance')} of ${count(query.data.items.length, 'application')}`
      }
      before={<StreamBadge />}
      actions={
        <>
          <Scope everywhere={everywhere} />
          <Button
            variant="default"
            disabled={!query.data}
            leftSection={
              held ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />
            }
            onClick={() => setHeld(held || !query.data ? undefined : { data: query.data, at: Date.now() })}
          >
            {held ? 'Resume' : 'Pause'}
          </Button>
        </>
      }
    >
      {held && (
        <Alert color="yellow" mb="sm" title="Paused">
          What is shown is from <Time at={held.at} />.
        </Alert>
      )}
      {!everywhere && environment.revision > 0 && (
        <section className={classes.newest} aria-label="The newest revision">
          Revision {environment.revision}:
          <ReceiptLine environment={environment.key} revision={environment.revision} />
        </section>
      )}
      <QueryState query={query} what="The connections could not be loaded">
        {(data) => <Loaded data={held?.data ?? data} />}
      </QueryState>
    </Page>
  );
}

/** Whether this page hears of changes as they happen. */
function StreamBadge() {
  const project = useProject();
  const { state, since } = useLiveState(project.key);
  if (state === 'lost') {
    return (
      <Badge color="red" variant="light" tt="none">
        stream dropped <Time at={since} />, reconnecting
      </Badge>
    );
  }
  return (
    <Badge color={state === 'open' ? 'green' : 'gray'} variant="light" tt="none">
      {state === 'open' ? 'following' : 'connecting'}
    </Badge>
  );
}

function Scope({ everywhere }: { everywhere: boolean }) {
  const environment = useEnvironment();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      aria-label="Environments"
      value={everywhere ? 'all' : 'one'}
      onChange={(value) =>
        void navigate({
          to: '.',
          search: (before) => ({ ...before, tab: value === 'all' ? 'all' : undefined }),
        })
      }
      data={[
        { value: 'one', label: environmentName(environment) },
        { value: 'all', label: 'All environments' },
      ]}
    />
  );
}

function Loaded({ data }: { data: Connections }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <>
      <NodesNote nodes={data.nodes} />
      {data.items.length === 0 ? (
        <EmptyState
          title="No program is connected"
          actions={
            <ButtonLink
              to="/p/$project/connect"
              params={{ project: project.key }}
              search={{ env: environment.key }}
            >
              Connect an application
            </ButtonLink>
          }
        >
          A program appears here within a second of its first contact.
        </EmptyState>
      ) : (
        data.items.map((item) => (
          <ApplicationPanel
            key={`${item.application} ${item.version} ${item.environment} ${item.sdk} ${item.platform}`}
            connection={item}
          />
        ))
      )}
      <h2 className={classes.heading}>Refused attempts</h2>
      <RefusedTable refused={data.refused} />
    </>
  );
}
