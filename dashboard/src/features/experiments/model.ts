import type { Cell, Experiment, ExperimentDocument, ExperimentState } from '@/api/types';
import { everyone, readCondition, uid, type When, writeCondition } from '@/lib/conditions';
import { keyFault, splitKey } from '@/lib/names';
import { equalShares, percentText, ppm, sharesFault } from '@/lib/shares';

/** Set a value for everyone, ramp one up, or compare several arms: one concept with three forms. */
export type Template = 'set' | 'ramp' | 'compare';

/** A party: its share in percent as text, and the variation of each flag. */
export type ArmEdit = { uid: string; name: string; text: string; values: Record<string, string> };

export type ExperimentEdit = {
  template: Template;
  description: string;
  flags: string[];
  arms: ArmEdit[];
  /** The share that is not in the experiment. */
  next: string;
  by: string;
  order: number;
  when: When;
  seed?: string;
  /** Kept as long as arms and shares are those it was laid out for. */
  table?: Cell[];
};

export const templates: { id: Template; name: string; about: string }[] = [
  { id: 'set', name: 'Set a value', about: 'One value for everyone, or for an audience.' },
  { id: 'ramp', name: 'Ramp', about: 'A value for a share of the audience; the others go on to the rules.' },
  { id: 'compare', name: 'Compare', about: 'Several arms, each with its share.' },
];

const arm = (name: string, text = ''): ArmEdit => ({ uid: uid(), name, text, values: {} });

function armsFor(template: Template): { arms: ArmEdit[]; next: string } {
  if (template === 'set') return { arms: [arm('everyone', '100')], next: '' };
  if (template === 'ramp') return { arms: [arm('changed')], next: '' };
  const [first = '', second = ''] = equalShares(2);
  return { arms: [arm('a', first), arm('b', second)], next: '' };
}

export const blank = (template: Template, flags: string[]): ExperimentEdit => ({
  template,
  description: '',
  flags,
  ...armsFor(template),
  by: 'targetingKey',
  order: 100,
  when: everyone(),
});

/** Changes the form and keeps what was chosen: flags, audience, and the first arm's values. */
export function retemplate(edit: ExperimentEdit, template: Template): ExperimentEdit {
  const made = armsFor(template);
  const first = edit.arms[0];
  const arms = made.arms.map((item, index) =>
    index === 0 && first ? { ...item, values: first.values } : item,
  );
  return { ...edit, template, arms, next: made.next, table: undefined };
}

const shareText = (share: number | undefined): string => (share === undefined ? '' : String(share));

/** Opens a stored experiment. */
export function readExperiment(from: Experiment | ExperimentDocument): ExperimentEdit {
  const base = {
    description: from.description ?? '',
    by: from.by ?? 'targetingKey',
    order: from.order ?? 100,
    when: readCondition(from.when),
    seed: from.seed,
    table: from.table,
  };
  if (!from.arms || from.arms.length === 0) {
    const values = from.serve ?? {};
    return {
      ...base,
      template: 'set',
      flags: Object.keys(values),
      arms: [{ ...arm('everyone', '100'), values }],
      next: '',
    };
  }
  const parties = from.arms.filter((item) => item.next === undefined);
  return {
    ...base,
    template: parties.length === 1 ? 'ramp' : 'compare',
    flags: Object.keys(parties[0]?.flags ?? {}),
    arms: parties.map((item) => ({
      ...arm(item.name ?? '', shareText(item.share)),
      values: { ...item.flags },
    })),
    next: shareText(from.arms.find((item) => item.next !== undefined)?.next),
  };
}

const numberOf = (text: string): number => (ppm(text) === undefined ? Number.NaN : Number(text));

/** The document that apply takes. */
export function writeExperiment(
  edit: ExperimentEdit,
  environment: string,
  state: ExperimentState,
): ExperimentDocument {
  const made: ExperimentDocument = { environment, state, order: edit.order };
  if (edit.description.trim() !== '') made.description = edit.description.trim();
  const when = writeCondition(edit.when);
  if (when !== undefined) made.when = when;
  const values = (item: ArmEdit) =>
    Object.fromEntries(edit.flags.map((flag) => [flag, item.values[flag] ?? '']));
  if (edit.template === 'set') {
    const [only] = edit.arms;
    made.serve = only ? values(only) : {};
    return made;
  }
  if (edit.by !== '' && edit.by !== 'targetingKey') made.by = edit.by;
  if (edit.seed !== undefined) made.seed = edit.seed;
  if (edit.table) made.table = edit.table;
  made.arms = edit.arms.map((item) => ({
    name: item.name.trim(),
    share: numberOf(item.text),
    flags: values(item),
  }));
  const next = rest(edit);
  if (ppm(next) !== 0) made.arms.push({ next: numberOf(next) });
  return made;
}

/** The share outside: typed, or in a ramp what the one arm leaves. */
export function rest(edit: ExperimentEdit): string {
  if (edit.template !== 'ramp') return edit.next.trim() === '' ? '0' : edit.next;
  const share = ppm(edit.arms[0]?.text ?? '');
  return share === undefined ? '' : percentText(1_000_000 - share);
}

/** Shares of all arms, equal, beside the part outside. */
export function equalise(edit: ExperimentEdit): ExperimentEdit {
  const outside = ppm(edit.next) ?? 0;
  const each = equalShares(edit.arms.length).map(
    (text) => (ppm(text) ?? 0) * ((1_000_000 - outside) / 1_000_000),
  );
  const whole = each.map((share) => Math.floor(share));
  const left = 1_000_000 - outside - whole.reduce((sum, share) => sum + share, 0);
  const arms = edit.arms.map((item, index) => ({
    ...item,
    text: percentText((whole[index] ?? 0) + (index === whole.length - 1 ? left : 0)),
  }));
  return { ...edit, arms, table: undefined };
}

/** What is missing before it can start, in words; undefined when nothing is. */
export function experimentFault(edit: ExperimentEdit): string | undefined {
  if (edit.flags.length === 0) return 'Choose a flag.';
  for (const item of edit.arms) {
    const without = edit.flags.find((flag) => !item.values[flag]);
    if (without)
      return edit.template === 'compare'
        ? `Choose a value of ${without} for ${item.name}.`
        : `Choose a value of ${without}.`;
    if (edit.template !== 'set' && keyFault(item.name)) return `Arm ${item.name}: ${keyFault(item.name)}`;
  }
  if (edit.template === 'set') return undefined;
  if (edit.template === 'ramp' && ppm(edit.arms[0]?.text ?? '') === undefined)
    return 'Give a share in percent.';
  const shares = edit.arms.map((item) => ({ to: item.name, text: item.text }));
  return sharesFault([...shares, { to: 'next', text: rest(edit) }]);
}

/** A free name from what it does: Flags.isHoliday and true → is-holiday-true. */
export function suggestKey(edit: ExperimentEdit, taken: string[]): string {
  const [flag] = edit.flags;
  if (!flag) return '';
  const leaf = splitKey(flag)
    .leaf.replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
  const value = edit.template === 'compare' ? 'compare' : edit.arms[0]?.values[flag];
  const base = [leaf, value].filter(Boolean).join('-').slice(0, 100);
  for (let n = 1; ; n += 1) {
    const key = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(key)) return key;
  }
}
