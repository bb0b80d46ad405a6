import { Alert, Badge, Tabs } from '@mantine/core';
import { IconArchive } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { words } from '@/api/client';
import { flagQuery } from '@/api/flags';
import type { FlagDetail } from '@/api/types';
import { CopyIcon } from '@/components/copy';
import { ButtonLink } from '@/components/links';
import { May, MayEdit } from '@/components/may';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { RolloutPanel } from '@/components/rollouts/rollout-panel';
import { StartRolloutButton } from '@/components/rollouts/start-button';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { lockOf } from '@/lib/managed';
import { isMissing } from '@/lib/missing';
import { CodeTab } from './code-tab';
import { EnvironmentButtons } from './environment-buttons';
import { EvaluationsTab } from './evaluations/evaluations-tab';
import { FlagMeta } from './flag-meta';
import { HistoryTab } from './history-tab';
import { ManagedNote } from './managed-note';
import { OverriddenNote } from './overridden-note';
import { RestoreButton } from './restore-button';
import { SettingsTab } from './settings-tab';
import { TargetingTab } from './targeting/targeting-tab';
import { VariationsTab } from './variations-tab';
import { WaitingNote } from './waiting-note';

const from = '/frame/p/$project/e/$environment/flags/$flag';

/** One flag: who gets what here, and everything about it. */
export function FlagPage() {
  const { flag: key } = useParams({ from });
  const project = useProject();
  const flag = useQuery(flagQuery(project.key, key));
  if (isMissing(flag.error)) return <NoSuchFlag flag={key} why={words(flag.error)} />;
  if (flag.data) return <Loaded key={flag.data.key} flag={flag.data} />;
  return (
    <Page title={key}>
      <QueryState query={flag} what={`The flag ${key} could not be loaded`}>
        {() => null}
      </QueryState>
    </Page>
  );
}

function Loaded({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <Page
      title={flag.key}
      before={
        <Badge variant="light" color="gray" tt="none">
          {flag.type}
        </Badge>
      }
      summary={
        <>
          <CopyIcon text={flag.key} label={`Copy the key ${flag.key}`} />
          {flag.description || 'No description.'}
        </>
      }
      actions={
        flag.archivedAt === undefined && (
          <>
            <ButtonLink
              to="/p/$project/e/$environment/why"
              params={{ project: project.key, environment: environment.key }}
              search={{ flag: flag.key }}
              variant="default"
            >
              Why?
            </ButtonLink>
            {lockOf(flag) === undefined && (
              <>
                <May to={['edit_flags', 'publish']} at={`${project.key}/${environment.key}`}>
                  <ButtonLink
                    to="/p/$project/e/$environment/experiments"
                    params={{ project: project.key, environment: environment.key }}
                    search={{ new: 'set', flag: flag.key }}
                    variant="default"
                  >
                    New experiment
                  </ButtonLink>
                </May>
                <StartRolloutButton raised={{ flag: flag.key, environment: environment.key }} flag={flag} />
              </>
            )}
          </>
        )
      }
    >
      <FlagMeta flag={flag} />
      {flag.archivedAt === undefined ? (
        <>
          <EnvironmentButtons flag={flag} />
          <ManagedNote flag={flag} />
          <OverriddenNote flag={flag} />
          <WaitingNote flag={flag} />
        </>
      ) : (
        <Alert
          icon={<IconArchive size={18} aria-hidden />}
          color="gray"
          my="sm"
          title="This flag is archived"
        >
          Archived {flag.archivedReason !== undefined && 'by Burgee '}
          <Time at={flag.archivedAt} />
          {flag.archivedReason !== undefined &&
            `: ${flag.archivedReason}. It comes back by itself when a program declares it again`}
          . Programs that ask for it get their own default. <RestoreButton flag={flag} />
        </Alert>
      )}
      <FlagTabs flag={flag} />
    </Page>
  );
}

// What a tab edits is the environment's own, or the flag's in all of them.
const tabs = [
  ['targeting', 'Targeting', TargetingTab, 'environment'],
  ['evaluations', 'Evaluations', EvaluationsTab, undefined],
  ['history', 'History', HistoryTab, undefined],
  ['variations', 'Variations', VariationsTab, 'flag'],
  ['code', 'Code', CodeTab, undefined],
  ['settings', 'Settings', SettingsTab, 'flag'],
] as const;

function FlagTabs({ flag }: { flag: FlagDetail }) {
  const { tab } = useSearch({ from });
  const navigate = useNavigate();
  const project = useProject();
  const environment = useEnvironment();
  const needs = {
    environment: { to: ['edit_flags', 'publish'], at: `${project.key}/${environment.key}` },
    flag: { to: 'edit_flags', at: project.key },
  } as const;
  const current = tabs.find(([id]) => id === tab)?.[0] ?? 'targeting';
  const go = (next: string | null) => {
    void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) });
  };
  return (
    <Tabs value={current} onChange={go} keepMounted={false}>
      <Tabs.List aria-label="About this flag">
        {tabs.map(([id, name]) => (
          <Tabs.Tab key={id} value={id}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(([id, , Content, edits]) => (
        <Tabs.Panel key={id} value={id} pt="xs">
          {/* Outside of the fields: who may only switch off pauses it all the same. */}
          {id === 'targeting' && <RolloutPanel raised={{ flag: flag.key, environment: environment.key }} />}
          {edits ? (
            <MayEdit {...needs[edits]} locked={lockOf(flag)}>
              <Content flag={flag} />
            </MayEdit>
          ) : (
            <Content flag={flag} />
          )}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function NoSuchFlag({ flag, why }: { flag: string; why: string }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <EmptyState
      title={`There is no flag ${flag} in ${project.name}`}
      actions={
        <ButtonLink
          to="/p/$project/e/$environment/flags"
          params={{ project: project.key, environment: environment.key }}
        >
          Show all flags
        </ButtonLink>
      }
    >
      {why}. Flags register themselves when a program that declares them connects.
    </EmptyState>
  );
}
