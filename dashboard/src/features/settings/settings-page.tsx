import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { About } from './about';
import { Appearance } from './appearance';
import { Tokens } from './tokens';

/** What belongs to the person and the server, not to a project. */
export function SettingsPage() {
  const { tab = 'tokens' } = useSearch({ from: '/frame/settings' });
  const navigate = useNavigate();
  const open = (next: string | null) =>
    void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) });
  return (
    <Page title="Settings">
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="tokens">API tokens</Tabs.Tab>
          <Tabs.Tab value="appearance">Appearance</Tabs.Tab>
          <Tabs.Tab value="about">About</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tokens">
          <Tokens />
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
