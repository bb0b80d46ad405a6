import { editWhen, newClause, uid, type WhenAction } from '@/lib/conditions';
import type { ServeEdit } from '@/lib/shares';
import type { ConfigurationEdit, RuleEdit, TargetList } from './model';

export type EditAction =
  | { type: 'load'; edit: ConfigurationEdit }
  | { type: 'off'; variation: string }
  | { type: 'otherwise'; serve: ServeEdit }
  | { type: 'rule.add'; serve: ServeEdit; forEveryone?: boolean }
  | { type: 'rule.remove'; uid: string }
  | { type: 'rule.copy'; uid: string }
  | { type: 'rule.move'; uid: string; by: -1 | 1 }
  | { type: 'rule.name'; uid: string; name: string }
  | { type: 'rule.serve'; uid: string; serve: ServeEdit }
  | { type: 'rule.when'; uid: string; action: WhenAction }
  | { type: 'target.add'; variation: string }
  | { type: 'target.change'; list: TargetList }
  | { type: 'target.remove'; uid: string }
  | { type: 'prerequisite.add' }
  | { type: 'prerequisite.change'; uid: string; flag: string; variations: string[] }
  | { type: 'prerequisite.remove'; uid: string };

const without = <T extends { uid: string }>(items: T[], gone: string): T[] =>
  items.filter((item) => item.uid !== gone);

function change<T extends { uid: string }>(items: T[], of: string, edit: (item: T) => T): T[] {
  return items.map((item) => (item.uid === of ? edit(item) : item));
}

function move(rules: RuleEdit[], of: string, by: -1 | 1): RuleEdit[] {
  const from = rules.findIndex((rule) => rule.uid === of);
  const to = from + by;
  const moved = rules[from];
  if (!moved || to < 0 || to >= rules.length) return rules;
  const rest = without(rules, of);
  return [...rest.slice(0, to), moved, ...rest.slice(to)];
}

/** A copy right below, with a new id and, for its own bucketing, the same seed. */
function copy(rules: RuleEdit[], of: string): RuleEdit[] {
  return rules.flatMap((rule) =>
    rule.uid === of ? [rule, { ...structuredClone(rule), uid: uid(), id: undefined }] : [rule],
  );
}

function editRules(rules: RuleEdit[], action: EditAction): RuleEdit[] {
  switch (action.type) {
    case 'rule.add': {
      const blocks = action.forEveryone ? [] : [{ uid: uid(), lines: [newClause()] }];
      return [...rules, { uid: uid(), name: '', when: { kind: 'blocks', blocks }, serve: action.serve }];
    }
    case 'rule.remove':
      return without(rules, action.uid);
    case 'rule.copy':
      return copy(rules, action.uid);
    case 'rule.move':
      return move(rules, action.uid, action.by);
    case 'rule.name':
      return change(rules, action.uid, (rule) => ({ ...rule, name: action.name }));
    case 'rule.serve':
      return change(rules, action.uid, (rule) => ({ ...rule, serve: action.serve }));
    case 'rule.when':
      return change(rules, action.uid, (rule) => ({ ...rule, when: editWhen(rule.when, action.action) }));
    default:
      return rules;
  }
}

function editTargets(targets: TargetList[], action: EditAction): TargetList[] {
  switch (action.type) {
    case 'target.add':
      return [...targets, { uid: uid(), path: 'targetingKey', variation: action.variation, values: [] }];
    case 'target.change':
      return change(targets, action.list.uid, () => action.list);
    case 'target.remove':
      return without(targets, action.uid);
    default:
      return targets;
  }
}

type Prerequisites = ConfigurationEdit['prerequisites'];

function editPrerequisites(items: Prerequisites, action: EditAction): Prerequisites {
  switch (action.type) {
    case 'prerequisite.add':
      return [...items, { uid: uid(), flag: '', variations: [] }];
    case 'prerequisite.change':
      return change(items, action.uid, (item) => ({
        ...item,
        flag: action.flag,
        variations: action.variations,
      }));
    case 'prerequisite.remove':
      return without(items, action.uid);
    default:
      return items;
  }
}

/** The rule editor: what each thing a person does makes of a configuration. */
export function edit(state: ConfigurationEdit, action: EditAction): ConfigurationEdit {
  switch (action.type) {
    case 'load':
      return action.edit;
    case 'off':
      return { ...state, off: action.variation };
    case 'otherwise':
      return { ...state, otherwise: action.serve };
    default:
      return {
        ...state,
        rules: editRules(state.rules, action),
        targets: editTargets(state.targets, action),
        prerequisites: editPrerequisites(state.prerequisites, action),
      };
  }
}
