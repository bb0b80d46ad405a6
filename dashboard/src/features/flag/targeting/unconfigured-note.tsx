import { Alert } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { connectionsQuery } from '@/api/connections';
import type { FlagDetail } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { useEnvironment, useProject } from '@/components/project-context';
import { count, valueText } from '@/lib/names';

/** A flag that nobody has configured here: what is served, and whether a program is there to serve it. */
export function UnconfiguredNote({ flag, edited }: { flag: FlagDetail; edited: boolean }) {
  const environment = useEnvironment();
  const configured = flag.environments[environment.key]?.configured ?? false;
  return (
    <>
      {!configured && !edited && (
        <Alert
          color="gray"
          variant="default"
          mb="xs"
          title={`Nobody has configured this flag in ${environmentName(environment)}`}
        >
          {flag.codeDefault === undefined ? (
            'Programs serve their own default.'
          ) : (
            <>
              Programs serve their own default <code>{valueText(flag.codeDefault as never)}</code>.
            </>
          )}{' '}
          Change anything below to take it over.
        </Alert>
      )}
      <NobodyConnected />
    </>
  );
}

function NobodyConnected() {
  const project = useProject();
  const environment = useEnvironment();
  const connections = useQuery(connectionsQuery(project.key));
  const items = connections.data?.items ?? [];
  if (!connections.data || items.some((item) => item.environment === environment.key)) return null;
  const other = items[0];
  const others = project.environments.find((item) => item.key === other?.environment);
  return (
    <Alert
      color="gray"
      variant="default"
      mb="xs"
      title={`No program is connected in ${environmentName(environment)}`}
    >
      {other && others
        ? `${other.application} (${count(other.instances.length, 'instance')}) is connected in ${others.name}. `
        : 'What you publish takes effect when one connects. '}
      <ButtonLink
        size="compact-xs"
        variant="default"
        to="/p/$project/connect"
        params={{ project: project.key }}
        search={{ env: environment.key }}
      >
        Connect one to {environmentName(environment)}
      </ButtonLink>
    </Alert>
  );
}
