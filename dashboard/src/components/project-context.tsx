import { createContext, type ReactNode, useContext } from 'react';
import type { Environment, Project } from '@/api/types';

const ProjectContext = createContext<Project | null>(null);
const EnvironmentContext = createContext<Environment | null>(null);

export function ProjectProvider({ project, children }: { project: Project; children: ReactNode }) {
  return <ProjectContext.Provider value={project}>{children}</ProjectContext.Provider>;
}

export function EnvironmentProvider({
  environment,
  children,
}: {
  environment: Environment;
  children: ReactNode;
}) {
  return <EnvironmentContext.Provider value={environment}>{children}</EnvironmentContext.Provider>;
}

/** The project of the page's address. */
export function useProject(): Project {
  const project = useContext(ProjectContext);
  if (!project) throw new Error('useProject outside of a project page');
  return project;
}

/** The environment of the page's address. */
export function useEnvironment(): Environment {
  const environment = useContext(EnvironmentContext);
  if (!environment) throw new Error('useEnvironment outside of an environment page');
  return environment;
}
