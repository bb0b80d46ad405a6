import { Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAdjustments, IconCode, IconPercentage, IconPower, IconUsers } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { words } from '@/api/client';
import { flagQuery } from '@/api/flags';
import type { Environment, FlagEnvironment, FlagSummary } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { MenuItemLink } from '@/components/links';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { draftConfiguration, getDraft } from '@/features/review';
import { valueText } from '@/lib/names';
import { servesToEveryone } from './new-flags';
import { useSwitchFlag } from './switch-flag';

type Props = { flag: FlagSummary; environment: Environment; state: FlagEnvironment };

const shown = 8;

/** What a flag can serve in one environment. All but Off go through Review change. */
export function ValueMenu({ flag, environment, state }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const ask = useSwitchFlag();
  const params = { project: project.key, environment: environment.key };

  const edit = { to: ['edit_flags', 'publish'], at: `${project.key}/${environment.key}` } as const;

  const serve = async (variation: string) => {
    try {
      // The list knows only the summary; what is configured now is kept where the change leaves it alone.
      const detail = await client.fetchQuery(flagQuery(project.key, flag.key));
      const drafted = getDraft(project.key, environment.key)?.flags[flag.key]?.environments?.[
        environment.key
      ];
      const live = detail.configurations[environment.key];
      const made = servesToEveryone(flag.type, variation, drafted ?? live);
      draftConfiguration(project, environment.key, flag.key, made, live);
      await navigate({
        to: '/p/$project/e/$environment/flags',
        params,
        search: (before) => ({ ...before, review: true }),
      });
    } catch (error) {
      notifications.show({ color: 'red', title: 'The flag could not be read', message: words(error) });
    }
  };

  return (
    <>
      <Menu.Label>
        <EnvironmentBadge environment={environment} />
      </Menu.Label>
      {flag.variations.slice(0, shown).map((variation) => (
        <May key={variation.id} {...edit}>
          <Menu.Item
            leftSection={<IconUsers size={16} aria-hidden />}
            onClick={() => void serve(variation.id)}
          >
            Serve {variation.name || valueText(variation.value, 24)} to everyone
          </Menu.Item>
        </May>
      ))}
      {flag.source === 'code' && (
        <May {...edit}>
          <Menu.Item leftSection={<IconCode size={16} aria-hidden />} onClick={() => void serve('code')}>
            Serve the program's own default
          </Menu.Item>
        </May>
      )}
      <MenuItemLink
        leftSection={<IconPercentage size={16} aria-hidden />}
        to="/p/$project/e/$environment/flags/$flag"
        params={{ ...params, flag: flag.key }}
      >
        Split…
      </MenuItemLink>
      <MenuItemLink
        leftSection={<IconAdjustments size={16} aria-hidden />}
        to="/p/$project/e/$environment/flags/$flag"
        params={{ ...params, flag: flag.key }}
      >
        Rules and targets…
      </MenuItemLink>
      <Menu.Divider />
      <May to={state.enabled ? 'off' : 'publish'} at={`${project.key}/${environment.key}`}>
        <Menu.Item
          color={state.enabled ? 'red' : undefined}
          leftSection={<IconPower size={16} aria-hidden />}
          onClick={() => ask({ flag, environment, to: state.enabled ? 'off' : 'on' })}
        >
          {state.enabled ? 'Off' : 'On again'}
        </Menu.Item>
      </May>
    </>
  );
}
