import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, Outlet, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { flagsQuery } from '@/api/flags';
import { projectQuery } from '@/api/projects';
import { AnchorLink } from '@/components/links';
import { ProjectProvider, useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { preferred } from '@/lib/environments';
import { useLiveRefresh } from './use-live-refresh';

/** Gives every page of a project its Project, and keeps what is shown fresh by the live stream. */
export function ProjectLayout() {
  const { project: key } = useParams({ from: '/frame/p/$project' });
  const project = useQuery(projectQuery(key));
  // Nearly every page of an environment shows flags: do not let them wait for the project.
  const { environment } = useParams({ strict: false });
  const client = useQueryClient();
  useEffect(() => {
    if (environment !== undefined) void client.prefetchQuery(flagsQuery(key));
  }, [client, environment, key]);
  useLiveRefresh(key);
  return (
    <QueryState query={project} what={`The project ${key} could not be loaded`}>
      {(data) => (
        <ProjectProvider project={data}>
          {data.archivedAt !== undefined && (
            <p className="b-refusal" role="note">
              This project is archived: its keys are not accepted and nothing in it can be changed. Restore it
              on the page <AnchorLink to="/projects">Projects</AnchorLink>.
            </p>
          )}
          <Outlet />
        </ProjectProvider>
      )}
    </QueryState>
  );
}

/** `/p/$project`: on to its flags. */
export function ProjectHome() {
  const project = useProject();
  const environment = preferred(project);
  if (!environment) return <Navigate to="/projects" replace />;
  return (
    <Navigate
      to="/p/$project/e/$environment/flags"
      params={{ project: project.key, environment: environment.key }}
      replace
    />
  );
}
