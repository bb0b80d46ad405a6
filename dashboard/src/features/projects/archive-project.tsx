import { Button, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { archiveProject } from '@/api/environments';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ArchiveConfirm } from './archive';
import classes from './projects.module.css';

/** Ends a project; it can be restored from the page Projects. */
export function ArchiveProject() {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <section aria-labelledby="archive-project">
      <h2 id="archive-project" className={classes.archivedTitle}>
        Archive
      </h2>
      <Text size="sm" c="dimmed" mb="sm">
        The keys of all its environments are no longer accepted. All it has stays, and it can be restored.
      </Text>
      <May to="manage_project" at={project.key}>
        <Button variant="outline" color="red" onClick={() => setAsking(true)}>
          Archive project
        </Button>
      </May>
      <ArchiveConfirm
        opened={asking}
        onClose={() => setAsking(false)}
        action={async (force, reason) => {
          await archiveProject(project.key, force, reason || undefined);
          await navigate({ to: '/projects' });
          await client.invalidateQueries({ queryKey: ['projects'] });
          await client.invalidateQueries({ queryKey: ['project', project.key] });
        }}
      >
        <div>
          The keys of its environments are no longer accepted. You can restore it on the page Projects.
        </div>
      </ArchiveConfirm>
    </section>
  );
}
