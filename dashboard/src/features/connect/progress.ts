import type { Connection, Connections, FlagSummary, Instance, Key, RefusedAttempt } from '@/api/types';

export type Progress = {
  stage: 'waiting' | 'seen' | 'success';
  /** The address of the newest request, once one came with a good key. */
  address?: string;
  connection?: Connection;
  instance?: Instance;
  /** Flags that the program registered or asked for since the page opened. */
  flags: FlagSummary[];
  /** Attempts since the page opened that were refused, newest first. */
  refused: RefusedAttempt[];
  /** A program that connected meanwhile, but to another environment. */
  elsewhere?: Connection;
};

type Seen = {
  environment: string;
  /** When the page's key was made, by the server's clock: what came before is another's. */
  since: number;
  keyId: string | undefined;
  keys: Key[] | undefined;
  connections: Connections | undefined;
  flags: FlagSummary[] | undefined;
};

/** How far the first connection has come, from what the server tells. */
export function progress(seen: Seen): Progress {
  const refused = (seen.connections?.refused ?? []).filter((attempt) => attempt.at >= seen.since);
  const fresh = newest(
    seen.connections?.items ?? [],
    seen.since,
    (item) => item.environment === seen.environment,
  );
  const elsewhere = newest(
    seen.connections?.items ?? [],
    seen.since,
    (item) => item.environment !== seen.environment,
  )?.connection;
  const flags = newFlags(seen);
  if (fresh) {
    return {
      stage: 'success',
      address: fresh.instance.address,
      connection: fresh.connection,
      instance: fresh.instance,
      flags,
      refused,
    };
  }
  const used = seen.keys?.find((key) => key.id === seen.keyId && key.uses > 0);
  return { stage: used ? 'seen' : 'waiting', flags, refused, elsewhere };
}

function newest(items: Connection[], since: number, fits: (item: Connection) => boolean) {
  let best: { connection: Connection; instance: Instance } | undefined;
  for (const connection of items.filter(fits)) {
    for (const instance of connection.instances) {
      if (instance.since < since) continue;
      if (!best || instance.since > best.instance.since) best = { connection, instance };
    }
  }
  return best;
}

const minute = 60_000;

function newFlags(seen: Seen): FlagSummary[] {
  return (seen.flags ?? []).filter((flag) => {
    if (flag.source !== 'code') return false;
    const evaluated = flag.environments[seen.environment]?.lastEvaluatedAt ?? 0;
    // Counts are kept by the minute: the minute in which the page opened counts as since.
    return flag.createdAt >= seen.since || evaluated >= seen.since - (seen.since % minute);
  });
}

/** How often a flag was evaluated in the last hour. */
export const evaluations = (flag: FlagSummary, environment: string): number =>
  flag.environments[environment]?.hourly.at(-1) ?? 0;

/** Attempts of the same cause, key and address as one, with how often they came; newest first. */
export function gathered(attempts: RefusedAttempt[]): { attempt: RefusedAttempt; times: number }[] {
  const found = new Map<string, { attempt: RefusedAttempt; times: number }>();
  for (const attempt of [...attempts].sort((a, b) => b.at - a.at)) {
    const name = `${attempt.cause} ${attempt.key} ${attempt.address}`;
    const known = found.get(name);
    if (known) known.times += 1;
    else found.set(name, { attempt, times: 1 });
  }
  return [...found.values()];
}
