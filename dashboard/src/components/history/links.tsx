import { AnchorLink } from '@/components/links';
import { useProject } from '@/components/project-context';
import { preferred } from '@/lib/environments';

type Props = { kind: string; object: string; environment?: string };

const places = { flags: '/flags/$flag', experiments: '/experiments/$key', groups: '/groups/$key' } as const;

function place(kind: string): keyof typeof places | undefined {
  if (kind === 'flag' || kind === 'configuration') return 'flags';
  if (kind === 'experiment') return 'experiments';
  return kind === 'target_group' || kind === 'group' ? 'groups' : undefined;
}

/** The words for a kind of object, as people read them. */
export const kindWords: Record<string, string> = {
  flag: 'flag',
  configuration: 'flag configuration',
  target_group: 'target group',
  experiment: 'experiment',
  attribute: 'attribute',
  project: 'project',
  environment: 'environment',
  sdk_key: 'SDK key',
  member: 'account',
  token: 'API token',
  change_request: 'change request',
  rollout: 'rollout',
  webhook: 'webhook',
  store: 'backup',
};

/** An object's key as a link to its page, where it has one. */
export function ObjectLink({ kind, object, environment }: Props) {
  const project = useProject();
  if (kind === 'change_request') {
    return (
      <AnchorLink
        underline="always"
        inherit
        to="/p/$project/change-requests/$number"
        params={{ project: project.key, number: object }}
      >
        #{object}
      </AnchorLink>
    );
  }
  if (kind === 'rollout') {
    return (
      <AnchorLink
        underline="always"
        inherit
        to="/p/$project/rollouts/$number"
        params={{ project: project.key, number: object }}
      >
        {object}
      </AnchorLink>
    );
  }
  const env = environment ?? preferred(project)?.key;
  const where = place(kind);
  if (!where || !env) return <>{object}</>;
  const params = { project: project.key, environment: env };
  if (where === 'flags') {
    return (
      <AnchorLink
        underline="always"
        inherit
        to="/p/$project/e/$environment/flags/$flag"
        params={{ ...params, flag: object }}
      >
        {object}
      </AnchorLink>
    );
  }
  return (
    <AnchorLink
      underline="always"
      inherit
      to={
        where === 'experiments'
          ? '/p/$project/e/$environment/experiments/$key'
          : '/p/$project/e/$environment/groups/$key'
      }
      params={{ ...params, key: object }}
    >
      {object}
    </AnchorLink>
  );
}
