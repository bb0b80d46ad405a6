import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { projectsQuery } from '@/api/projects';
import { QueryState } from '@/components/states';
import { lastProject, preferred } from '@/lib/environments';

/** `/`: on to the project and environment last used here; a project without any application is connected first. */
export function Home() {
  const projects = useQuery(projectsQuery());
  return (
    <QueryState query={projects} what="The projects could not be loaded">
      {(items) => {
        const last = lastProject();
        const project = items.find((item) => item.key === last) ?? items[0];
        const environment = project && preferred(project);
        if (!project || !environment) return <Navigate to="/projects" replace />;
        const params = { project: project.key, environment: environment.key };
        const quiet =
          project.flagCount === 0 && project.environments.every((item) => item.connectedInstances === 0);
        if (quiet && !last) {
          return (
            <Navigate
              to="/p/$project/connect"
              params={params}
              search={{ env: environment.key, sdk: undefined }}
              replace
            />
          );
        }
        return <Navigate to="/p/$project/e/$environment/flags" params={params} replace />;
      }}
    </QueryState>
  );
}
