import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { MayEdit } from '@/components/may';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { Approvals } from './approvals';
import { ArchiveProject } from './archive-project';
import { EnvironmentKeys } from './environment-keys';
import { EnvironmentsTab } from './environments-tab';
import { ImportTab } from './import-tab';
import { RenameProject } from './rename-project';
import { WebhooksTab } from './webhooks/webhooks-tab';

/** One project: its environments with their SDK keys, and its name. */
export function ProjectPage() {
  const project = useProject();
  const { tab = 'keys' } = useSearch({ from: '/frame/p/$project/settings' });
  const navigate = useNavigate();
  const open = (next: string | null) =>
    void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) });
  return (
    <Page title={project.name} summary="SDK keys, environments, approvals, webhooks and the project's name">
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="keys">SDK keys</Tabs.Tab>
          <Tabs.Tab value="environments">Environments</Tabs.Tab>
          <Tabs.Tab value="approvals">Approvals</Tabs.Tab>
          <Tabs.Tab value="webhooks">Webhooks</Tabs.Tab>
          <Tabs.Tab value="import">Import</Tabs.Tab>
          <Tabs.Tab value="general">General</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="keys">
          {project.environments.map((environment) => (
            <EnvironmentKeys key={environment.key} environment={environment} />
          ))}
        </Tabs.Panel>
        <Tabs.Panel value="environments">
          <EnvironmentsTab />
        </Tabs.Panel>
        <Tabs.Panel value="approvals">
          <Approvals />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <WebhooksTab />
        </Tabs.Panel>
        <Tabs.Panel value="import">
          <ImportTab />
        </Tabs.Panel>
        <Tabs.Panel value="general">
          <MayEdit to="manage_project" at={project.key}>
            <RenameProject />
          </MayEdit>
          <ArchiveProject />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
