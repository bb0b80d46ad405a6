import { MultiSelect, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { rolesQuery } from '@/api/people';
import { projectsQuery } from '@/api/projects';
import type { Project, Role } from '@/api/types';
import { ErrorState } from '@/components/states';

type Kind = 'personal' | 'service';
type Props = {
  kind: Kind;
  scope: string;
  places: string[];
  withPlaces: boolean;
  faults: { scope: string | undefined; places: string | undefined };
  onChange: (part: { scope?: string; places?: string[] }) => void;
};

/** What a token may at most: all of it or a role, and where. */
export function TokenReach({ kind, scope, places, withPlaces, faults, onChange }: Props) {
  const roles = useQuery(rolesQuery());
  const projects = useQuery(projectsQuery());
  return (
    <>
      <Select
        label="It may"
        data={scopes(kind, roles.data ?? [])}
        value={scope}
        error={faults.scope}
        onChange={(next) => onChange({ scope: next ?? 'full', places: [] })}
        allowDeselect={false}
      />
      {withPlaces && (
        <MultiSelect
          label="Where"
          placeholder={places.length === 0 ? 'Everywhere, in what is new too' : undefined}
          data={placeNames(projects.data ?? [], scope === 'relay')}
          value={places}
          error={faults.places}
          onChange={(next) => onChange({ places: next })}
          clearable
        />
      )}
      {roles.isError && <ErrorState what="The roles could not be loaded" error={roles.error} />}
      {projects.isError && <ErrorState what="The projects could not be loaded" error={projects.error} />}
    </>
  );
}

/** A relay's token is nobody's own; an owner's scope is called full. */
function scopes(kind: Kind, roles: Role[]): { value: string; label: string }[] {
  const own = kind === 'personal';
  const out = [{ value: 'full', label: own ? 'Do what you may' : 'Do everything' }];
  for (const role of roles.filter((item) => item.name !== 'owner')) {
    out.push({
      value: role.name,
      label: own ? `Do what you may as ${role.name}, at most` : `Do what ${role.name} may`,
    });
  }
  if (!own) out.push({ value: 'relay', label: 'Carry configuration to burgee relay, and nothing else' });
  return out;
}

/** Projects and their environments; a relay carries environments only. */
function placeNames(projects: Project[], environmentsOnly: boolean): string[] {
  return projects.flatMap((project) => [
    ...(environmentsOnly ? [] : [project.key]),
    ...project.environments.map((environment) => `${project.key}/${environment.key}`),
  ]);
}
