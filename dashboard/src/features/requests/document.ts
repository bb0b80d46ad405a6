import type {
  ChangeRequestItem,
  Configuration,
  Document,
  ExperimentDocument,
  FlagDocument,
  GroupDocument,
  ObjectRef,
} from '@/api/types';

export const itemKey = (item: Pick<ChangeRequestItem, 'kind' | 'object' | 'environment'>) =>
  `${item.kind} ${item.object} ${item.environment ?? ''}`;

/** Objects as a proposal takes them: what is there is in the document, what is not is taken out. */
export function proposalOf(
  project: string,
  items: (Pick<ChangeRequestItem, 'kind' | 'object' | 'environment'> & { value: unknown })[],
): { document?: Document; remove?: ObjectRef[] } {
  const flags: Record<string, FlagDocument> = {};
  const targetGroups: Record<string, GroupDocument> = {};
  const experiments: Record<string, ExperimentDocument> = {};
  const attributes: Record<string, unknown> = {};
  const remove: ObjectRef[] = [];
  for (const { kind, object, environment, value } of items) {
    if (value === undefined || value === null) {
      const of = kind === 'configuration' ? { environment } : {};
      remove.push({ kind: kind as ObjectRef['kind'], key: object, ...of });
    } else if (kind === 'configuration') {
      const environments = { ...flags[object]?.environments, [environment ?? '']: value as Configuration };
      flags[object] = { ...flags[object], environments };
    } else if (kind === 'flag') {
      flags[object] = { ...(value as FlagDocument), ...flags[object] };
    } else if (kind === 'target_group') {
      targetGroups[object] = value as GroupDocument;
    } else if (kind === 'experiment') {
      experiments[object] = value as ExperimentDocument;
    } else if (kind === 'attribute') {
      attributes[object] = value;
    }
  }
  const document = { apiVersion: 'burgee/v1', project } as Document;
  if (Object.keys(flags).length > 0) document.flags = flags;
  if (Object.keys(targetGroups).length > 0) document.targetGroups = targetGroups;
  if (Object.keys(experiments).length > 0) document.experiments = experiments;
  if (Object.keys(attributes).length > 0) document.attributes = attributes as Document['attributes'];
  const empty = items.length === remove.length;
  return { document: empty ? undefined : document, remove: remove.length > 0 ? remove : undefined };
}
