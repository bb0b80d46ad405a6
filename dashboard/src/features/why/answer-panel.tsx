import { useQuery } from '@tanstack/react-query';
import { type Explained, explainQuery, type Moment } from '@/api/evaluate';
import { useEnvironment, useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { valueText } from '@/lib/names';
import { absolute } from '@/lib/time';
import type { Context } from './model';
import { Trace } from './trace';
import classes from './why.module.css';
import { reasonWords, splitWords } from './words';

type Props = { flag: string; context: Context; moment: Moment };

/** What one flag serves to the context, in words, and every step that led there. */
export function AnswerPanel({ flag, context, moment }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const query = useQuery(explainQuery(project.key, environment.key, flag, context, moment));
  return (
    <QueryState query={query} what={`${flag} could not be evaluated`}>
      {(answer) => <Told answer={answer} />}
    </QueryState>
  );
}

function Told({ answer }: { answer: Explained }) {
  const { steps } = answer.explanation;
  return (
    <>
      <section className={classes.answer} aria-label="Answer" aria-live="polite">
        <div className={classes.note}>serves</div>
        <div className={classes.big}>
          {answer.variation === undefined ? 'the program’s own default' : valueText(answer.value, 400)}
        </div>
        {answer.variation !== undefined && answer.variation !== valueText(answer.value) && (
          <div className={classes.note}>variation {answer.variation}</div>
        )}
        <p className={classes.reason}>{reasonWords(answer)}</p>
        {answer.split && <p className={classes.reason}>{splitWords(answer.split)}.</p>}
        <div className={classes.note}>revision {answer.revision.toLocaleString('en')}</div>
        {answer.asOf && <InForce asOf={answer.asOf} />}
      </section>
      {steps.length > 0 && (
        <section aria-labelledby="why-trace">
          <h2 id="why-trace" className={classes.heading}>
            Step by step
          </h2>
          <Trace steps={steps} label="Step by step" />
        </section>
      )}
    </>
  );
}

/** Since when and until when the state that answered was in force, and who made it. */
function InForce({ asOf }: { asOf: NonNullable<Explained['asOf']> }) {
  return (
    <div className={classes.note}>
      in force from {absolute(asOf.at)} {asOf.until ? `to ${absolute(asOf.until)}` : 'until now'}, by{' '}
      {asOf.actor.name}: {asOf.sentences.slice(0, 3).join('; ')}
    </div>
  );
}
