import { useMantineColorScheme } from '@mantine/core';
import { Spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { flagsQuery, switchOff } from '@/api/flags';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { rank } from '@/lib/fuzzy';
import { type Action, flagActions, placeActions } from './palette-actions';
import type { Current } from './use-current';

const shown = 8;

/** Ctrl K: go anywhere, open a flag, switch it off. Enter takes the first hit. */
export function Palette({ current, onKeys }: { current: Current; onKeys: () => void }) {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [opened, setOpened] = useState(false);
  const [query, setQuery] = useState('');
  const [turningOff, setTurningOff] = useState<string>();
  const { project, environment } = current;
  const flags = useQuery({ ...flagsQuery(project?.key ?? ''), enabled: opened && project !== undefined });

  const actions = useMemo(() => {
    if (!opened) return [];
    const tools = { current, navigate, setColorScheme, onKeys, turnOff: setTurningOff };
    return [...placeActions(tools), ...(flags.data ?? []).flatMap((flag) => flagActions(tools, flag.key))];
  }, [opened, current, navigate, setColorScheme, onKeys, flags.data]);
  const found = useMemo(
    () => rank(actions, query, (action: Action) => action.name).slice(0, shown),
    [actions, query],
  );

  return (
    <>
      <Spotlight.Root
        query={query}
        onQueryChange={setQuery}
        shortcut="mod + K"
        onSpotlightOpen={() => setOpened(true)}
        onSpotlightClose={() => setOpened(false)}
      >
        <Spotlight.Search
          placeholder="Search or do…"
          aria-label="Search or do"
          leftSection={<IconSearch size={18} aria-hidden />}
        />
        <Spotlight.ActionsList>
          {found.map((action) => (
            <Spotlight.Action
              key={action.name}
              label={action.name}
              description={action.hint}
              leftSection={<action.icon size={18} aria-hidden />}
              onClick={action.run}
            />
          ))}
          {found.length === 0 && <Spotlight.Empty>No match for “{query}”</Spotlight.Empty>}
        </Spotlight.ActionsList>
      </Spotlight.Root>
      {project && environment && (
        <Confirm
          opened={turningOff !== undefined}
          onClose={() => setTurningOff(undefined)}
          title={`Turn off ${turningOff ?? ''}?`}
          verb={`Turn off in ${environmentName(environment)}`}
          danger
          environment={environment}
          withReason
          action={(reason) => switchOff(project.key, turningOff ?? '', environment.key, reason)}
        >
          Everyone gets its off value at once.
        </Confirm>
      )}
    </>
  );
}
