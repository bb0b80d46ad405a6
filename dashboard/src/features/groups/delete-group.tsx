import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { deleteGroup } from '@/api/groups';
import type { Group } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { dropFromDraft } from '@/features/review';
import { UsedByList } from './used-by-list';

/** Deletes a group that nothing uses; else the server says who does. */
export function DeleteGroup({ group }: { group: Group }) {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <May to="edit_flags" at={project.key}>
        <Button variant="outline" color="red" onClick={() => setAsking(true)}>
          Delete
        </Button>
      </May>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Delete the target group ${group.key}?`}
        verb="Delete in every environment"
        danger
        action={async () => {
          await deleteGroup(project.key, group.key, group.version);
          dropFromDraft(project.key, environment.key, 'targetGroups', group.key);
          await navigate({
            to: '/p/$project/e/$environment/groups',
            params: { project: project.key, environment: environment.key },
          });
          await client.invalidateQueries({ queryKey: ['project', project.key] });
        }}
      >
        {group.usedBy.length === 0 ? (
          'Nothing uses it. Its history stays in the audit log.'
        ) : (
          <>
            It can be deleted once nothing uses it. It is used by:
            <UsedByList group={group} />
          </>
        )}
      </Confirm>
    </>
  );
}
