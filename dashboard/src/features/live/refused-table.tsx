import { Text } from '@mantine/core';
import type { RefusedAttempt } from '@/api/types';
import { ButtonLink } from '@/components/links';
import { useEnvironment, useProject } from '@/components/project-context';
import { Time } from '@/components/time';
import classes from './live.module.css';

/** Who was refused, why, and the one thing to do about it. */
export function RefusedTable({ refused }: { refused: RefusedAttempt[] }) {
  if (refused.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        None since the server started.
      </Text>
    );
  }
  const newest = [...refused].sort((a, b) => b.at - a.at);
  return (
    <div className="b-scroll-x">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Address</th>
            <th scope="col">Key</th>
            <th scope="col">Why</th>
            <th scope="col">
              <span className="b-hidden">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {newest.map((attempt) => (
            <tr key={`${attempt.at} ${attempt.address} ${attempt.cause} ${attempt.key}`}>
              <td>
                <Time at={attempt.at} />
              </td>
              <td className="b-mono">{attempt.address}</td>
              <td className="b-mono">{attempt.key || 'none'}</td>
              <td>
                {attempt.message}
                {attempt.origin && ` Origin ${attempt.origin}.`}
              </td>
              <td>
                <Remedy cause={attempt.cause} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const aboutKeys = /key|token|revoked|client/;

function Remedy({ cause }: { cause: string }) {
  const project = useProject();
  const environment = useEnvironment();
  if (!aboutKeys.test(cause)) return null;
  return (
    <ButtonLink
      size="compact-xs"
      variant="default"
      to="/p/$project/connect"
      params={{ project: project.key }}
      search={{ env: environment.key }}
    >
      Get a working key
    </ButtonLink>
  );
}
