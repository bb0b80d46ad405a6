import type { Environment, Project } from '@/api/types';

/** The environment shown where the address names none: the one last used here, else production. */
export function preferred(project: Project): Environment | undefined {
  const last = lastEnvironment(project.key);
  const { environments } = project;
  return (
    environments.find((environment) => environment.key === last) ??
    environments.find((environment) => environment.kind === 'production') ??
    environments[0]
  );
}

const storageKey = (project: string) => `burgee:environment:${project}`;

export function rememberEnvironment(project: string, environment: string) {
  localStorage.setItem(storageKey(project), environment);
  localStorage.setItem('burgee:project', project);
}

export const lastEnvironment = (project: string) => localStorage.getItem(storageKey(project));
export const lastProject = () => localStorage.getItem('burgee:project');
