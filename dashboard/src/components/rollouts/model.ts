import type { Raised } from '@/api/rollouts';
import type { Configuration, FlagDetail, Rollout, RolloutPlan, Rule } from '@/api/types';
import { percentText, ppm } from '@/lib/shares';
import { span } from '@/lib/time';

export type Unit = 's' | 'min' | 'h' | 'd';

export const unitMs: Record<Unit, number> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const longest = 366 * unitMs.d;

/** A step as it is typed; what the last one waits means nothing. */
export type StepEdit = { id: number; percent: string; wait: string; unit: Unit };

/** A rollout as it is filled in. */
export type PlanEdit = {
  variation: string;
  /** The rule's id; empty is what is served otherwise. */
  rule: string;
  /** What the others get, where they get the program's own default now. */
  rest: string;
  by: string;
  steps: StepEdit[];
};

export const presets = [
  { id: 'hours', name: '10, 25, 50, 100 % an hour apart', shares: [10, 25, 50, 100], unit: 'h' },
  { id: 'days', name: '1, 10, 50, 100 % a day apart', shares: [1, 10, 50, 100], unit: 'd' },
  { id: 'quick', name: '5, 20, 100 % 15 min apart', shares: [5, 20, 100], unit: 'min', wait: 15 },
] as const;
export type Preset = (typeof presets)[number]['id'];

let ids = 0;
const step = (percent: string, wait: string, unit: Unit): StepEdit => ({ id: ++ids, percent, wait, unit });

export function presetSteps(id: Preset): StepEdit[] {
  const preset = presets.find((item) => item.id === id) ?? presets[0];
  const wait = 'wait' in preset ? preset.wait : 1;
  return preset.shares.map((share) => step(String(share), String(wait), preset.unit));
}

/** One more step: to everyone, or where that is there already, in the middle before it. */
export function addStep(steps: StepEdit[]): StepEdit[] {
  const last = steps.at(-1);
  const { wait = '1', unit = 'h' } = last ?? {};
  if (!last || ppm(last.percent) !== 1_000_000) return [...steps, step('100', wait, unit)];
  const before = ppm(steps.at(-2)?.percent ?? '0') ?? 0;
  const middle = percentText(Math.round((before + 1_000_000) / 2));
  return [...steps.slice(0, -1), step(middle, steps.at(-2)?.wait ?? wait, unit), last];
}

/** Milliseconds, or undefined where it is no wait that the server takes. */
export function waitMs({ wait, unit }: StepEdit): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(wait.trim())) return undefined;
  const ms = Math.round(Number(wait) * unitMs[unit]);
  return ms >= 1000 && ms <= longest ? ms : undefined;
}

export type StepFault = { percent?: string; wait?: string };

/** What is wrong with each step. */
export function stepFaults(steps: StepEdit[]): StepFault[] {
  return steps.map((item, at) => {
    const share = ppm(item.percent);
    const before = at > 0 ? ppm(steps[at - 1]?.percent ?? '') : undefined;
    const fault: StepFault = {};
    if (!share) fault.percent = 'A percentage above 0, with up to 4 decimals.';
    else if (before !== undefined && share <= before) fault.percent = 'More than the step before.';
    if (at < steps.length - 1 && waitMs(item) === undefined) fault.wait = 'From a second to 366 days.';
    return fault;
  });
}

export const isFaulty = (fault: StepFault) => fault.percent !== undefined || fault.wait !== undefined;

/** What a place serves now; a flag that is not configured leaves it to the program. */
export type Present = { kind: 'code' } | { kind: 'variation'; id: string } | { kind: 'split'; by: string };

const single = (serve: string): Present =>
  serve === 'code' ? { kind: 'code' } : { kind: 'variation', id: serve };
const split = (by: string | undefined): Present => ({ kind: 'split', by: by || 'targetingKey' });

export function presentAt(configuration: Configuration | null | undefined, rule: string): Present {
  if (!configuration) return { kind: 'code' };
  const at = rule === '' ? undefined : configuration.rules.find((item) => item.id === rule);
  if (at) return typeof at.serve === 'string' ? single(at.serve) : split(at.by);
  const otherwise = configuration.default;
  return typeof otherwise === 'string' ? single(otherwise) : split(otherwise.by);
}

/** The places of a flag that can be raised: what it serves otherwise, and its rules. */
export function placesOf(
  configuration: Configuration | null | undefined,
): { value: string; label: string }[] {
  const rules = (configuration?.rules ?? []).map((rule, at) => ({ rule, n: at + 1 }));
  return [
    { value: '', label: 'everyone whom no rule serves' },
    ...rules
      .filter((item): item is { rule: Rule & { id: string }; n: number } => item.rule.id !== undefined)
      .map(({ rule, n }) => ({
        value: rule.id,
        label: rule.name ? `rule ${n}: ${rule.name}` : `rule ${n} (${rule.id})`,
      })),
  ];
}

/** What could be raised at a place: everything but what everyone gets there already. */
export const raisable = (flag: FlagDetail, present: Present) =>
  flag.variations.filter((item) => present.kind !== 'variation' || item.id !== present.id);

/** The form as it opens, or opens anew for another place: the first choices that the server takes. */
export function settle(flag: FlagDetail, present: Present, edit: PlanEdit): PlanEdit {
  const offered = raisable(flag, present);
  const known = offered.some((item) => item.id === edit.variation);
  const variation = known ? edit.variation : (offered[0]?.id ?? '');
  const others = flag.variations.filter((item) => item.id !== variation);
  const rest = others.some((item) => item.id === edit.rest) ? edit.rest : (others[0]?.id ?? '');
  return { ...edit, variation, rest };
}

/** The plan as the API takes it. */
export function planOf(raised: Raised, edit: PlanEdit, present: Present): RolloutPlan {
  const steps = edit.steps.map((item, at) => ({
    percent: Number(item.percent),
    ...(at < edit.steps.length - 1 && { wait: waitMs(item) }),
  }));
  if ('experiment' in raised) return { ...raised, steps };
  return {
    ...raised,
    variation: edit.variation,
    ...(edit.rule !== '' && { rule: edit.rule }),
    ...(present.kind === 'code' && { rest: edit.rest }),
    ...(present.kind !== 'split' && edit.by !== '' && edit.by !== 'targetingKey' && { by: edit.by }),
    steps,
  };
}

const percent = (share: number) => `${share} %`;

/** "10 % → 30 min later 25 % → 1 d later 100 %" */
export const stepWords = (steps: RolloutPlan['steps']) =>
  steps
    .map((item, at) => {
      const wait = steps[at - 1]?.wait;
      return wait === undefined ? percent(item.percent) : `${span(wait)} later ${percent(item.percent)}`;
    })
    .join(' → ');

/** What will happen, as sentences. */
export function planWords(plan: RolloutPlan, present: Present): string {
  const first = plan.steps[0];
  const last = plan.steps.at(-1);
  if (!first || !last) return '';
  const whole = plan.steps.slice(0, -1).reduce((sum, item) => sum + (item.wait ?? 0), 0);
  const what = plan.experiment ? `are in ${plan.experiment}` : `get ${plan.variation}`;
  const then = plan.steps.length === 1 ? '' : `, ${percent(last.percent)} after ${span(whole)}`;
  const start = `${percent(first.percent)} ${what} at once${then}.`;
  if (plan.experiment) return `${start} Its arms grow in proportion; whoever is in it stays.`;
  const others = {
    code: `The others get ${plan.rest} from the first step on`,
    variation: `The others keep ${present.kind === 'variation' ? present.id : ''}`,
    split: 'The others keep what they get, in proportion',
  };
  return `${start} Whoever has it keeps it. ${others[present.kind]}.`;
}

/** The title of a change request: at most 200 characters, as the API takes it. */
export function planTitle(plan: RolloutPlan): string {
  const what = plan.experiment ?? `${plan.variation} of ${plan.flag}`;
  return `Roll out ${what} gradually: ${stepWords(plan.steps)}`.slice(0, 200);
}

export const isLive = (rollout: Rollout) => rollout.state === 'running' || rollout.state === 'paused';

/** Of a rollout that has ended: how long it is shown in full, and one that is done can be rolled back. */
export const shownMs = unitMs.d;
