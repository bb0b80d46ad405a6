import { useQuery } from '@tanstack/react-query';
import { attributesQuery } from '@/api/connections';
import { flagsQuery } from '@/api/flags';
import { groupsQuery } from '@/api/groups';
import type { FlagSummary } from '@/api/types';
import { useProject } from '@/components/project-context';

/** Paths that programs commonly send, suggested beside those of the registry. */
const common = [
  'targetingKey',
  'app.platform',
  'app.version',
  'email',
  'country',
  'device.platform',
  'device.model',
  'device.osVersion',
  'service.name',
  'service.version',
];

/** Attribute paths to suggest: the registry's first. Any other name can be typed. */
export function usePaths(): string[] {
  const project = useProject();
  const attributes = useQuery(attributesQuery(project.key));
  const known = attributes.data?.map((item) => item.path) ?? [];
  return [...new Set([...known, ...common])];
}

/** Values the registry lists for a path. */
export function useKnownValues(path: string): string[] {
  const project = useProject();
  const attributes = useQuery(attributesQuery(project.key));
  const found = attributes.data?.find((item) => item.path === path);
  return found?.values?.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))) ?? [];
}

export function useGroupKeys(): string[] {
  const project = useProject();
  return useQuery(groupsQuery(project.key)).data?.map((group) => group.key) ?? [];
}

export function useFlags(): FlagSummary[] {
  const project = useProject();
  return useQuery(flagsQuery(project.key)).data ?? [];
}
