import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sessionQuery } from '@/api/account';
import { projectsQuery } from '@/api/projects';
import { Page } from '@/components/page';
import { lastProject } from '@/lib/environments';
import { About } from './about';
import { Appearance } from './appearance';
import { Members } from './members';
import { OwnAccount } from './own-account';
import { Privacy } from './privacy';
import { RolesTab } from './roles-tab';
import { Sessions } from './sessions';
import { SignInTab } from './sign-in-tab';
import { Tokens } from './tokens';

/** What belongs to the person and the server, not to a project. */
export function SettingsPage() {
  const { tab = 'tokens' } = useSearch({ from: '/frame/settings' });
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery()).data ?? [];
  const manages = useQuery(sessionQuery()).data?.member?.manages;
  const project = projects.find((item) => item.key === lastProject()) ?? projects[0];
  const open = (next: string | null) => {
    // Keys and webhooks belong to a project; who looks for them here is led there.
    if ((next === 'keys' || next === 'webhooks') && project) {
      void navigate({ to: '/p/$project/settings', params: { project: project.key }, search: { tab: next } });
      return;
    }
    void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) });
  };
  return (
    <Page title="Settings">
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="tokens">API tokens</Tabs.Tab>
          {manages && <Tabs.Tab value="members">Members</Tabs.Tab>}
          <Tabs.Tab value="roles">Roles</Tabs.Tab>
          <Tabs.Tab value="signin">Sign-in</Tabs.Tab>
          <Tabs.Tab value="account">Your account</Tabs.Tab>
          <Tabs.Tab value="sessions">Your sessions</Tabs.Tab>
          {project && <Tabs.Tab value="keys">SDK keys</Tabs.Tab>}
          {project && <Tabs.Tab value="webhooks">Webhooks</Tabs.Tab>}
          <Tabs.Tab value="privacy">Privacy</Tabs.Tab>
          <Tabs.Tab value="appearance">Appearance</Tabs.Tab>
          <Tabs.Tab value="about">About</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tokens">
          <Tokens />
        </Tabs.Panel>
        <Tabs.Panel value="members">
          <Members />
        </Tabs.Panel>
        <Tabs.Panel value="roles">
          <RolesTab />
        </Tabs.Panel>
        <Tabs.Panel value="signin">
          <SignInTab />
        </Tabs.Panel>
        <Tabs.Panel value="account">
          <OwnAccount />
        </Tabs.Panel>
        <Tabs.Panel value="sessions">
          <Sessions />
        </Tabs.Panel>
        <Tabs.Panel value="privacy">
          <Privacy />
        </Tabs.Panel>
        <Tabs.Panel value="appearance">
          <Appearance />
        </Tabs.Panel>
        <Tabs.Panel value="about">
          <About />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
