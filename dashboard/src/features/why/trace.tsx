import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react';
import type { Answer, ConditionTrace, StepTrace } from '@/api/evaluate';
import classes from './why.module.css';
import { partWords, sawWords, splitWords, stepWords } from './words';

const marks = {
  yes: { icon: IconCheck, name: 'holds' },
  no: { icon: IconX, name: 'does not hold' },
  unknown: { icon: IconQuestionMark, name: 'unknown' },
};

/** ✓, ✗ or ?, in words for a screen reader. */
function Mark({ answer }: { answer: Answer }) {
  const { icon: Picture, name } = marks[answer];
  return (
    <span className={classes.mark} data-answer={answer}>
      <Picture size={14} stroke={2.5} aria-hidden />
      <span className="b-hidden">{name}: </span>
    </span>
  );
}

/** Every step that the evaluation went through, in its order. */
export function Trace({ steps, label }: { steps: StepTrace[]; label: string }) {
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map((step) => (
        <li
          key={`${step.kind} ${step.name ?? ''}`}
          className={classes.step}
          data-served={step.served || undefined}
        >
          <Mark answer={step.answer} />
          <div className={classes.body}>
            <strong>{stepWords(step)}</strong>
            {step.served && <span className={classes.decides}>decides</span>}
            <StepDetail step={step} />
          </div>
        </li>
      ))}
    </ol>
  );
}

function StepDetail({ step }: { step: StepTrace }) {
  const other = step.prerequisite;
  return (
    <>
      {step.when && <Part part={step.when} />}
      {step.kind === 'targets' && <div className={classes.note}>saw {sawWords(step.saw)}</div>}
      {step.split && <div className={classes.note}>{splitWords(step.split)}</div>}
      {step.note && <div className={classes.note}>{step.note}</div>}
      {other && (
        <div className={classes.note}>it serves {other.variation ?? 'the default of each program'}</div>
      )}
      {other?.steps && <Trace steps={other.steps} label={`Why ${step.name} serves it`} />}
    </>
  );
}

/** A part of a condition: what it asks, what it saw, and its own parts. */
function Part({ part }: { part: ConditionTrace }) {
  const asks = part.is === 'clause' || part.is === 'flag' || part.note !== undefined;
  return (
    <div className={classes.part}>
      <Mark answer={part.answer} />
      <div className={classes.body}>
        {partWords(part)}
        {asks && (
          <span className={classes.saw}>
            {part.note && ` – ${part.note}`}, saw <span className="b-mono">{sawWords(part.saw)}</span>
          </span>
        )}
        {part.parts?.map((inner, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no name of their own and keep their order
          <Part key={index} part={inner} />
        ))}
      </div>
    </div>
  );
}
