import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { projectsQuery } from '@/api/projects';
import type { Environment, Project } from '@/api/types';
import { lastProject, preferred } from '@/lib/environments';

export type Current = {
  projects: Project[];
  project: Project | undefined;
  environment: Environment | undefined;
  /** True where the page's address names the environment itself. */
  onEnvironmentPage: boolean;
};

/** The project and environment that the frame speaks of: the address's, else those last used here. */
export function useCurrent(): Current {
  const params = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const projects = useQuery(projectsQuery()).data ?? [];
  const wanted = params.project ?? lastProject();
  const project = projects.find((item) => item.key === wanted) ?? projects[0];
  const key = params.environment ?? search.env;
  const environment =
    project?.environments.find((item) => item.key === key) ?? (project && preferred(project));
  return { projects, project, environment, onEnvironmentPage: params.environment !== undefined };
}
