import { Badge, Group, Text } from '@mantine/core';
import type { Connection, Instance } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { since } from '@/components/receipt/words';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
import { absolute } from '@/lib/time';
import { useNow } from '@/lib/use-now';
import classes from './live.module.css';

/** One application in one environment, and its processes. */
export function ApplicationPanel({ connection }: { connection: Connection }) {
  const project = useProject();
  const environment = project.environments.find((item) => item.key === connection.environment);
  return (
    <section className={classes.app} aria-label={`${connection.application} ${connection.version}`}>
      <div className={classes.head}>
        <h3>
          {connection.application || 'an unnamed program'} {connection.version}
        </h3>
        {environment && <EnvironmentBadge environment={environment} />}
        <Text size="sm" c="dimmed">
          {[connection.platform, connection.sdk].filter(Boolean).join(' · ')}
        </Text>
        <Text size="sm" c="dimmed">
          {count(connection.hosts, 'host')} · {count(connection.processes, 'process', 'processes')}
        </Text>
      </div>
      <div className="b-scroll-x">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Address</th>
              <th scope="col">Follows by</th>
              <th scope="col">Sent revision</th>
              <th scope="col">Applied</th>
              <th scope="col">Connected</th>
              <th scope="col">Last seen</th>
              <th scope="col">Instance</th>
            </tr>
          </thead>
          <tbody>
            {connection.instances.map((instance) => (
              <InstanceRow key={instance.instance} instance={instance} newest={environment?.revision} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const transports: Record<Instance['transport'], string> = {
  stream: 'stream',
  poll: 'polling',
  ofrep: 'OFREP',
  relay: 'a relay',
};

/** What the instance says of itself: the revision it has, since when it is stale, what it overrides. */
function AppliedCell({ instance }: { instance: Instance }) {
  const now = useNow();
  // Remote evaluation applies nothing, and who has no name cannot be told apart.
  const reports = instance.transport !== 'ofrep' && instance.instance !== '';
  return (
    <Group gap={6}>
      {instance.applied ?? (reports ? 'not reported' : '–')}
      {instance.staleSince !== undefined && (
        <Badge
          color="orange"
          variant="light"
          tt="none"
          miw="max-content"
          title={`Up to date until ${absolute(instance.staleSince)}`}
        >
          stale since {since(instance.staleSince, now)}
        </Badge>
      )}
      {instance.overrides !== undefined && instance.overrides.length > 0 && (
        <Text span size="xs" c="dimmed">
          overrides {instance.overrides.slice(0, 3).join(', ')}
          {instance.overrides.length > 3 && ` and ${instance.overrides.length - 3} more`}
        </Text>
      )}
    </Group>
  );
}

function InstanceRow({ instance, newest }: { instance: Instance; newest: number | undefined }) {
  const behind = newest !== undefined && instance.revision > 0 ? newest - instance.revision : 0;
  return (
    <tr>
      <td className="b-mono">{instance.address}</td>
      <td>{transports[instance.transport]}</td>
      <td>
        {instance.revision > 0 ? instance.revision : '–'}
        {behind > 0 && ` (${behind} behind)`}
      </td>
      <td>
        <AppliedCell instance={instance} />
      </td>
      <td>
        <Time at={instance.since} />
      </td>
      <td>
        <Time at={instance.lastSeenAt} />
      </td>
      <td className="b-mono">{instance.instance.slice(0, 12)}</td>
    </tr>
  );
}
