import type { ConditionTrace, Explained, SplitTrace, StepTrace } from '@/api/evaluate';
import { lineWords } from '@/lib/conditions';

export const percent = (ppm: number) => `${Number((ppm / 10_000).toFixed(2))} %`;

/** "position 21.48 % < 25 %" */
export function splitWords({ unit, position, cell: [from, to] }: SplitTrace): string {
  const at = `${unit} is at position ${(position / 10_000).toFixed(2)} %`;
  if (from === 0) return `${at} < ${percent(to)}`;
  if (to === 1_000_000) return `${at} ≥ ${percent(from)}`;
  return `${at}, from ${percent(from)} to ${percent(to)}`;
}

export const sawWords = (saw: unknown) => (saw === undefined ? 'nothing' : JSON.stringify(saw));
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** What one part of a condition asks for. */
export function partWords(part: ConditionTrace): string {
  if (part.is === 'clause' && part.clause) {
    const { attr, op, values = [], ignoreCase = false } = part.clause;
    return lineWords({
      kind: 'clause',
      uid: '',
      path: attr,
      op,
      not: false,
      values: values.map(text),
      valueType: 'text',
      ignoreCase,
    });
  }
  if (part.is === 'target_group') return `in the target group ${part.name}`;
  if (part.is === 'flag') return `${part.name} serves ${part.needs?.join(' or ')}`;
  return { all: 'all of these', any: 'any of these', not: 'not', clause: '' }[part.is];
}

const titles: Record<StepTrace['kind'], (step: StepTrace) => string> = {
  prerequisite: (step) => `Prerequisite: ${step.name} serves ${step.prerequisite?.needs.join(' or ') ?? ''}`,
  targets: (step) => `Listed by ${step.name}`,
  experiment: (step) => `Experiment ${step.name}`,
  rule: (step) => `Rule ${step.name}`,
  default: () => 'Otherwise',
};
export const stepWords = (step: StepTrace) => titles[step.kind](step);

/** Why the value is served, in one sentence. */
export function reasonWords(answer: Explained): string {
  if (answer.error) return `The flag cannot be evaluated: ${answer.error.message}.`;
  switch (answer.reason) {
    case 'RULE':
      return `Rule ${answer.rule?.id} (number ${(answer.rule?.index ?? 0) + 1}) decides.`;
    case 'EXPERIMENT':
      return `Experiment ${answer.experiment?.key} decides, arm ${answer.experiment?.arm ?? 'without a name'}.`;
    case 'TARGET':
      return 'This context is listed by name.';
    case 'DEFAULT':
      return 'No rule decides, so the default is served.';
    case 'CODE_DEFAULT':
      return 'Nothing here decides, so each program serves the default in its own code.';
    case 'OFF':
      return 'The flag is off here.';
    case 'PREREQUISITE_FAILED':
      return `A prerequisite does not serve what it must: ${answer.path?.join(' → ')}.`;
    case 'FLAG_NOT_FOUND':
      return 'This environment has no such flag.';
  }
  return `The reason is ${answer.reason}.`;
}
