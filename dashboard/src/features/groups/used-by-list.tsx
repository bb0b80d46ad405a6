import { List, Text } from '@mantine/core';
import type { Group } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { kindWords, ObjectLink } from '@/components/history/links';
import { useProject } from '@/components/project-context';

/** What names the group: all of it follows when the group changes. */
export function UsedByList({ group }: { group: Group }) {
  const project = useProject();
  if (group.usedBy.length === 0) return <Text>Nothing uses this target group yet.</Text>;
  return (
    <List spacing="xs">
      {group.usedBy.map((use) => {
        const environment = project.environments.find((item) => item.key === use.environment);
        return (
          <List.Item key={`${use.kind} ${use.key} ${use.environment ?? ''}`}>
            {kindWords[use.kind] ?? use.kind}{' '}
            <ObjectLink kind={use.kind} object={use.key} environment={use.environment} />{' '}
            {environment && <EnvironmentBadge environment={environment} />}
          </List.Item>
        );
      })}
    </List>
  );
}
