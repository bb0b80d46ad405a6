import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { switchOff, switchOn } from '@/api/flags';
import type { Environment, FlagSummary } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { valueText } from '@/lib/names';

type Request = { flag: FlagSummary; environment: Environment; to: 'off' | 'on' };
const AskContext = createContext<(request: Request) => void>(() => {});

/** Asks, then switches a flag off or on at once. */
export const useSwitchFlag = () => useContext(AskContext);

/** Holds the one confirm of the page for Off and On. */
export function SwitchFlag({ children }: { children: ReactNode }) {
  const project = useProject();
  const client = useQueryClient();
  const [request, setRequest] = useState<Request>();
  const [opened, setOpened] = useState(false);
  const ask = (next: Request) => {
    setRequest(next);
    setOpened(true);
  };
  const run = async (reason: string) => {
    if (!request) return;
    const { flag, environment, to } = request;
    const act = to === 'off' ? switchOff : switchOn;
    const result = await act(project.key, flag.key, environment.key, reason || undefined);
    notifications.show({
      message: `${flag.key} is ${to} in ${environmentName(environment)} (revision ${result.revision}).`,
    });
    await client.invalidateQueries({ queryKey: ['project', project.key] });
  };
  const off = request?.to === 'off';
  return (
    <AskContext.Provider value={ask}>
      {children}
      {request && (
        <Confirm
          opened={opened}
          onClose={() => setOpened(false)}
          title={`Turn ${request.to} ${request.flag.key}?`}
          verb={`Turn ${request.to} in ${environmentName(request.environment)}`}
          danger={off}
          environment={request.environment}
          withReason
          action={run}
        >
          {off
            ? `Everyone gets ${offWords(request.flag)} at once. Rules, targets and experiments rest until it is on again.`
            : 'It serves at once what was configured before it was turned off.'}
        </Confirm>
      )}
    </AskContext.Provider>
  );
}

/** A boolean's off value unless somebody configured another; for the rest the list does not know it. */
function offWords(flag: FlagSummary): string {
  const value = flag.variations.find((variation) => variation.id === 'false')?.value;
  return flag.type === 'boolean' && value !== undefined
    ? `its off value (${valueText(value)} unless set otherwise)`
    : 'its off value';
}
