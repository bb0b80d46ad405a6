import type { Environment, EnvironmentKind, Project } from '@/api/types';

/** Orders environments for every switch and column: production first, then as the project lists them. */
export function ordered(environments: Environment[]): Environment[] {
  const weight: Record<EnvironmentKind, number> = { production: 0, other: 1, development: 2 };
  return [...environments].sort((a, b) => weight[a.kind] - weight[b.kind]);
}

/** The environment shown where the address names none: the one last used here, else production. */
export function preferred(project: Project): Environment | undefined {
  const last = lastEnvironment(project.key);
  const environments = ordered(project.environments);
  return environments.find((environment) => environment.key === last) ?? environments[0];
}

const storageKey = (project: string) => `burgee:environment:${project}`;

export function rememberEnvironment(project: string, environment: string) {
  localStorage.setItem(storageKey(project), environment);
  localStorage.setItem('burgee:project', project);
}

export const lastEnvironment = (project: string) => localStorage.getItem(storageKey(project));
export const lastProject = () => localStorage.getItem('burgee:project');
