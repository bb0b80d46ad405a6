import type { Project } from '@/api/types';

/** "publisher in default/production"; a role without a place counts everywhere. */
export function roleWords(role: string): string {
  const [name = role, place] = role.split('@');
  return place === undefined ? `${name} everywhere` : `${name} in ${place}`;
}

/** The places where a role can be held; the first is everywhere. */
export function places(projects: Project[]): { value: string; label: string }[] {
  const out = [{ value: '', label: 'Everywhere' }];
  for (const project of projects) {
    out.push({ value: project.key, label: `Project ${project.name}` });
    for (const environment of project.environments) {
      out.push({
        value: `${project.key}/${environment.key}`,
        label: `${project.name}, ${environment.name}`,
      });
    }
  }
  return out;
}

/** Adds a role in a place, and reading the project to what counts in one environment only. */
export function withRole(roles: string[], name: string, place: string): string[] {
  const added = place === '' ? name : `${name}@${place}`;
  const next = roles.includes(added) ? roles : [...roles, added];
  const [project, environment] = place.split('/');
  const reads = next.some((role) => !role.includes('@') || role.endsWith(`@${project}`));
  return environment === undefined || reads ? next : [`viewer@${project}`, ...next];
}
