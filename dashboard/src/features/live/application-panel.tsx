import { Text } from '@mantine/core';
import type { Connection, Instance } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
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
              <th scope="col">Revision</th>
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
        <Time at={instance.since} />
      </td>
      <td>
        <Time at={instance.lastSeenAt} />
      </td>
      <td className="b-mono">{instance.instance.slice(0, 12)}</td>
    </tr>
  );
}
