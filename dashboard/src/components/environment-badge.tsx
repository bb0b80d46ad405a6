import { IconBroadcast, IconCode, IconFlask } from '@tabler/icons-react';
import type { Environment, EnvironmentKind } from '@/api/types';

const icons = { production: IconBroadcast, development: IconCode, other: IconFlask };

/** The icon that goes with an environment everywhere, beside its colour and name. */
export function EnvironmentIcon({ kind, size = 14 }: { kind: EnvironmentKind; size?: number }) {
  const Icon = icons[kind];
  return <Icon size={size} stroke={2} aria-hidden />;
}

/** An environment's capital name: PRODUCTION where it is one, else as given, with a first capital. */
export function environmentName(environment: Pick<Environment, 'name' | 'kind'>): string {
  return environment.kind === 'production' ? environment.name.toUpperCase() : environment.name;
}

/** Colour, icon and name of an environment. Put it beside whatever writes to it. */
export function EnvironmentBadge({ environment }: { environment: Pick<Environment, 'name' | 'kind'> }) {
  return (
    <span className="b-env" data-kind={environment.kind}>
      <EnvironmentIcon kind={environment.kind} />
      {environmentName(environment)}
    </span>
  );
}
