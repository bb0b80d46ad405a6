import {
  type Icon,
  IconFlag2,
  IconFolders,
  IconKey,
  IconKeyboard,
  IconMoon,
  IconPlug,
  IconPower,
  IconQuestionMark,
  IconSettings,
  IconSun,
  IconSwitchHorizontal,
} from '@tabler/icons-react';
import type { UseNavigateResult } from '@tanstack/react-router';
import { environmentName } from '@/components/environment-badge';
import { sectionRoute, sections } from '../sections';
import type { Current } from './use-current';

export type Action = { name: string; hint?: string; icon: Icon; run: () => void };
export type Tools = {
  current: Current;
  navigate: UseNavigateResult<string>;
  setColorScheme: (scheme: 'light' | 'dark' | 'auto') => void;
  onKeys: () => void;
  turnOff: (flag: string) => void;
};

/** Pages, environments, themes. */
export function placeActions(tools: Tools): Action[] {
  const { current, navigate, setColorScheme, onKeys } = tools;
  const { project, environment } = current;
  const actions: Action[] = [];
  if (project && environment) {
    const params = { project: project.key, environment: environment.key };
    for (const section of sections) {
      actions.push({
        name: `Go to ${section.name}`,
        hint: `g ${section.letter}`,
        icon: section.icon,
        run: () => void navigate({ to: sectionRoute[section.id], params }),
      });
    }
    for (const other of project.environments.filter((item) => item.key !== environment.key)) {
      actions.push({
        name: `Switch to ${environmentName(other)}`,
        icon: IconSwitchHorizontal,
        run: () =>
          void navigate({
            to: '/p/$project/e/$environment/flags',
            params: { project: project.key, environment: other.key },
          }),
      });
    }
    actions.push(
      {
        name: 'Connect an application',
        icon: IconPlug,
        run: () =>
          void navigate({
            to: '/p/$project/connect',
            params: { project: project.key },
            search: { env: environment.key, sdk: undefined },
          }),
      },
      {
        name: 'Environments & SDK keys',
        icon: IconKey,
        run: () => void navigate({ to: '/p/$project/settings', params: { project: project.key } }),
      },
    );
  }
  actions.push(
    { name: 'Go to Projects', icon: IconFolders, run: () => void navigate({ to: '/projects' }) },
    {
      name: 'Go to Settings',
      hint: 'g s',
      icon: IconSettings,
      run: () => void navigate({ to: '/settings' }),
    },
    { name: 'Theme: light', icon: IconSun, run: () => setColorScheme('light') },
    { name: 'Theme: dark', icon: IconMoon, run: () => setColorScheme('dark') },
    { name: 'Theme: as the system', icon: IconMoon, run: () => setColorScheme('auto') },
    { name: 'Keyboard shortcuts', hint: '?', icon: IconKeyboard, run: onKeys },
  );
  return actions;
}

/** What can be done with one flag. */
export function flagActions(tools: Tools, flag: string): Action[] {
  const { project, environment } = tools.current;
  if (!project || !environment) return [];
  const params = { project: project.key, environment: environment.key, flag };
  return [
    {
      name: flag,
      hint: 'Open the flag',
      icon: IconFlag2,
      run: () => void tools.navigate({ to: '/p/$project/e/$environment/flags/$flag', params }),
    },
    {
      name: `Why does ${flag} serve what it serves`,
      icon: IconQuestionMark,
      run: () =>
        void tools.navigate({
          to: '/p/$project/e/$environment/why',
          params: { project: project.key, environment: environment.key },
          search: { flag },
        }),
    },
    {
      name: `Turn off ${flag} in ${environmentName(environment)}…`,
      icon: IconPower,
      run: () => tools.turnOff(flag),
    },
  ];
}
