import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconCircle, IconCircleDotFilled, IconCircleHalf2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { connectionsQuery } from '@/api/connections';
import { flagsQuery } from '@/api/flags';
import { keysQuery } from '@/api/keys';
import type { Connection, Environment, Instance, NewKey } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { useProject } from '@/components/project-context';
import { Time } from '@/components/time';
import { useLiveState } from '@/lib/live';
import { count } from '@/lib/names';
import { Checklist } from './checklist';
import classes from './connect.module.css';
import { evaluations, type Progress, progress } from './progress';
import { RefusedList } from './refused-list';
import type { Place } from './snippets';

type Props = {
  environment: Environment;
  pageKey: NewKey | undefined;
  place: Place;
  onAnother: () => void;
};

/** While the stream is open its hints come first; this only mends a lost one. */
const slow = 5000;
const fast = 2000;
const patience = 30_000;

/** Waits for the program, says what was seen and what was refused, and turns to Success by itself. */
export function LivePanel({ environment, pageKey, place, onAnother }: Props) {
  const state = useProgress(environment, pageKey);
  const stream = useLiveState(useProject().key);
  const late = useLate(pageKey?.id, patience);
  const waiting = state.stage !== 'success';
  return (
    <section className={`b-panel ${classes.live}`} aria-label="Connection" data-kind={environment.kind}>
      <Group justify="space-between" mb="sm">
        <h2 className={classes.legend}>Connection</h2>
        <EnvironmentBadge environment={environment} />
      </Group>
      <div role="status" data-stage={state.stage}>
        <Stages state={state} environment={environment} />
      </div>
      {stream.state === 'lost' && waiting && (
        <Text size="sm" c="dimmed" mt="sm">
          The live stream is lost; asking every 2 seconds instead.
        </Text>
      )}
      {state.elsewhere && (
        <Text size="sm" mt="sm" className={classes.refused}>
          <b>{state.elsewhere.application}</b> has just connected to <b>{state.elsewhere.environment}</b>,
          with another key. For {environmentName(environment)} it needs the key shown here.
        </Text>
      )}
      {!waiting && <Next state={state} environment={environment} onAnother={onAnother} />}
      <RefusedList attempts={state.refused} />
      {waiting && late && <Checklist place={place} />}
    </section>
  );
}

function useProgress(environment: Environment, pageKey: NewKey | undefined): Progress {
  const project = useProject();
  const stream = useLiveState(project.key);
  const refetchInterval = stream.state === 'open' ? slow : fast;
  const polled = { refetchInterval, refetchIntervalInBackground: true };
  const connections = useQuery({ ...connectionsQuery(project.key), ...polled });
  const keys = useQuery({ ...keysQuery(project.key, environment.key), ...polled });
  const flags = useQuery({ ...flagsQuery(project.key), ...polled });
  return progress({
    environment: environment.key,
    since: pageKey?.createdAt ?? Number.POSITIVE_INFINITY,
    keyId: pageKey?.id,
    keys: keys.data,
    connections: connections.data,
    flags: flags.data,
  });
}

/** True once `ms` have passed since `id` became what it is. */
function useLate(id: string | undefined, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (id === undefined) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [id, ms]);
  return late;
}

function Stages({ state, environment }: { state: Progress; environment: Environment }) {
  const name = environmentName(environment);
  const { connection, instance } = state;
  if (state.stage === 'waiting') {
    return <Line icon={<IconCircle size={20} aria-hidden />}>waiting for a program in {name}…</Line>;
  }
  if (!connection || !instance) {
    return <Line icon={<IconCircleHalf2 size={20} aria-hidden />}>request seen, key ok</Line>;
  }
  const flag = state.flags[0];
  return (
    <Stack gap={8}>
      <Line icon={<IconCircleHalf2 size={20} aria-hidden />}>
        request seen from {instance.address}, key ok
      </Line>
      <Line icon={<IconCircleDotFilled size={20} aria-hidden />}>
        Connected:{' '}
        {[
          `${connection.application} ${connection.version}`.trim(),
          connection.platform,
          sdkOf(connection, instance),
        ]
          .filter((part) => part !== '')
          .join(', ')}
        , <Time at={instance.since} everyMs={1000} />
      </Line>
      <div className={classes.success}>
        <Line icon={<IconCheck size={20} stroke={3} aria-hidden />}>
          <b>Success</b>
          {flag && ` – ${flag.key} registered from code${evaluated(evaluations(flag, environment.key))}`}
          {state.flags.length > 1 && `, and ${count(state.flags.length - 1, 'more flag')}`}
        </Line>
      </div>
    </Stack>
  );
}

/** What connected: an SDK says its name, and a provider of OpenFeature does not. */
const sdkOf = (connection: Connection, instance: Instance): string =>
  connection.sdk === '' && instance.transport === 'ofrep' ? 'over OFREP' : connection.sdk;

const evaluated = (times: number) => (times > 0 ? `, evaluated ${times.toLocaleString('en')}×` : '');

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.line}>
      <span className={classes.lineIcon}>{icon}</span>
      <span>{children}</span>
    </div>
  );
}

type NextProps = { state: Progress; environment: Environment; onAnother: () => void };

function Next({ state, environment, onAnother }: NextProps) {
  const project = useProject();
  const params = { project: project.key, environment: environment.key };
  const flag = state.flags[0];
  return (
    <Group gap="xs" mt="md">
      {flag ? (
        <ButtonLink to="/p/$project/e/$environment/flags/$flag" params={{ ...params, flag: flag.key }}>
          Open {flag.key}
        </ButtonLink>
      ) : (
        <ButtonLink to="/p/$project/e/$environment/flags" params={params}>
          See the flags
        </ButtonLink>
      )}
      <Button variant="default" onClick={onAnother}>
        Connect another
      </Button>
    </Group>
  );
}
