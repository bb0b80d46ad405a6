import type { Configuration, FlagType, Prerequisite, Rule } from '@/api/types';
import { readCondition, uid, type When, whenWords, writeCondition } from '@/lib/conditions';
import { readServe, type ServeEdit, serveWords, writeDefault, writeServe } from '@/lib/shares';

export type RuleEdit = { uid: string; id?: string; name: string; when: When; serve: ServeEdit };
/** One value of one path that gets one variation, ahead of every rule. */
export type TargetList = { uid: string; path: string; variation: string; values: string[] };

/** One environment's configuration of one flag, as the Targeting tab edits it. */
export type ConfigurationEdit = {
  enabled: boolean;
  off: string;
  prerequisites: (Prerequisite & { uid: string })[];
  targets: TargetList[];
  rules: RuleEdit[];
  otherwise: ServeEdit;
};

/** What is served where nobody has configured anything. */
export function unconfigured(type: FlagType): Configuration {
  return {
    enabled: true,
    off: type === 'boolean' ? 'false' : 'code',
    prerequisites: [],
    targets: {},
    rules: [],
    default: 'code',
  };
}

function readTargets(targets: Configuration['targets']): TargetList[] {
  const lists: TargetList[] = [];
  for (const [path, units] of Object.entries(targets ?? {})) {
    for (const [value, variation] of Object.entries(units)) {
      const list = lists.find((item) => item.path === path && item.variation === variation);
      if (list) list.values.push(value);
      else lists.push({ uid: uid(), path, variation, values: [value] });
    }
  }
  return lists;
}

const readRule = (rule: Rule, order: string[]): RuleEdit => ({
  uid: uid(),
  id: rule.id,
  name: rule.name ?? '',
  when: readCondition(rule.when),
  serve: readServe(rule.serve, rule, order),
});

/** Opens a configuration for editing; `order` is that of the flag's variations. */
export function readConfiguration(
  configuration: Configuration | null | undefined,
  type: FlagType,
  order: string[],
): ConfigurationEdit {
  const from = { ...unconfigured(type), ...configuration };
  return {
    enabled: from.enabled ?? true,
    off: typeof from.off === 'string' ? from.off : 'code',
    prerequisites: (from.prerequisites ?? []).map((item) => ({ ...item, uid: uid() })),
    targets: readTargets(from.targets),
    rules: (from.rules ?? []).map((rule) => readRule(rule, order)),
    otherwise: readServe(from.default ?? 'code', {}, order),
  };
}

function writeTargets(lists: TargetList[]): Record<string, Record<string, string>> {
  const targets: Record<string, Record<string, string>> = {};
  for (const list of lists) {
    if (list.values.length === 0) continue;
    const units = targets[list.path] ?? {};
    targets[list.path] = units;
    for (const value of list.values) units[value] ??= list.variation;
  }
  return targets;
}

function writeRule(rule: RuleEdit): Rule {
  const made: Rule = { ...writeServe(rule.serve) };
  if (rule.id !== undefined) made.id = rule.id;
  if (rule.name.trim() !== '') made.name = rule.name.trim();
  const when = writeCondition(rule.when);
  if (when !== undefined) made.when = when;
  return made;
}

/** What is edited, as the document that apply takes. */
export function writeConfiguration(edit: ConfigurationEdit): Configuration {
  return {
    enabled: edit.enabled,
    off: edit.off,
    prerequisites: edit.prerequisites.map(({ flag, variations }) => ({ flag, variations })),
    targets: writeTargets(edit.targets),
    rules: edit.rules.map(writeRule),
    default: writeDefault(edit.otherwise),
  };
}

/** A rule as one sentence: "If country is DE serve true". */
export function ruleWords(rule: RuleEdit): string {
  const when = whenWords(rule.when);
  const start = when === 'everyone' ? 'Everyone gets' : `If ${when}, serve`;
  return `${start} ${serveWords(rule.serve)}`;
}
