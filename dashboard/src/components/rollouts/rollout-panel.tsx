import { Alert, Badge, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPause } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Raised, rolloutQuery } from '@/api/rollouts';
import type { Rollout, RolloutStep } from '@/api/types';
import { AnchorLink } from '@/components/links';
import { useEnvironment, useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { about, absolute, span, until } from '@/lib/time';
import { useNow } from '@/lib/use-now';
import { isLive, shownMs } from './model';
import { RolloutButtons } from './rollout-buttons';
import classes from './rollouts.module.css';

/**
 * The rollout that runs or is paused, or the last one for a day after its end; nothing where there is none.
 * An older one is in the history, and would only stand in the way here.
 */
export function RolloutPanel({ raised }: { raised: Raised }) {
  const project = useProject();
  const now = useNow(5000);
  const query = useQuery(rolloutQuery(project.key, raised));
  return (
    // The wait is not shown: mostly there is none, and a row that comes and goes would move the page.
    <QueryState query={query} what="The rollout could not be loaded" loading={<span hidden />}>
      {(rollout) =>
        rollout && (isLive(rollout) || now - rollout.updatedAt < shownMs) ? (
          <Timeline rollout={rollout} now={now} />
        ) : null
      }
    </QueryState>
  );
}

const stateWords: Record<Rollout['state'], { words: string; color: string }> = {
  running: { words: 'running', color: 'teal' },
  paused: { words: 'paused', color: 'orange' },
  done: { words: 'done', color: 'gray' },
  stopped: { words: 'stopped', color: 'gray' },
  rolled_back: { words: 'rolled back', color: 'gray' },
};

/** One rollout: its steps, where it is, why it waits, and what can be done with it. */
export function Timeline({ rollout, now }: { rollout: Rollout; now: number }) {
  const environment = useEnvironment();
  const { words, color } = stateWords[rollout.state];
  const id = `rollout-${rollout.number}`;
  return (
    <section className={classes.panel} aria-labelledby={id} data-kind={environment.kind}>
      <div className={classes.head}>
        <h2 id={id}>
          Rollout {rollout.number}: {whatWords(rollout)}
        </h2>
        <Badge variant="light" color={color} tt="none">
          {words}
        </Badge>
        <Begun rollout={rollout} />
      </div>
      <ol className={classes.steps} aria-label="Steps">
        {rollout.steps.map((step, at) => (
          <Step key={step.percent} step={step} at={at} rollout={rollout} now={now} />
        ))}
      </ol>
      <Waiting rollout={rollout} now={now} />
      <RolloutButtons rollout={rollout} environment={environment} />
    </section>
  );
}

function whatWords({ experiment, variation, rule }: Rollout): string {
  if (experiment) return 'the share of units in it';
  return rule ? `${variation} in rule ${rule}` : `${variation} for everyone whom no rule serves`;
}

function Begun({ rollout }: { rollout: Rollout }) {
  const project = useProject();
  return (
    <Text size="sm" c="dimmed" component="span">
      by {rollout.author.name}, begun <Time at={rollout.createdAt} />
      {rollout.request !== undefined && (
        <>
          {' with '}
          <AnchorLink
            inherit
            underline="always"
            to="/p/$project/change-requests/$number"
            params={{ project: project.key, number: String(rollout.request) }}
          >
            change request #{rollout.request}
          </AnchorLink>
        </>
      )}
      {!isLive(rollout) && (
        <>
          , ended <Time at={rollout.updatedAt} />
        </>
      )}
    </Text>
  );
}

type StepProps = { step: RolloutStep; at: number; rollout: Rollout; now: number };

function Step({ step, at, rollout, now }: StepProps) {
  const made = at < rollout.made;
  return (
    <li
      className={classes.step}
      data-made={made}
      aria-current={at === rollout.made - 1 && isLive(rollout) ? 'step' : undefined}
    >
      <div className={classes.share}>{step.percent} %</div>
      {step.at !== undefined && made ? (
        <span>
          made <Time at={step.at} />
        </span>
      ) : (
        <span>{comingWords(rollout, at, now)}</span>
      )}
    </li>
  );
}

/** When a step that was not made is due: the next at its time, the others after the wait before them. */
function comingWords(rollout: Rollout, at: number, now: number): string {
  if (!isLive(rollout)) return 'not made';
  if (at === rollout.made && rollout.state === 'running') {
    return rollout.nextAt === undefined ? 'next' : until(rollout.nextAt, now);
  }
  if (at === rollout.made && rollout.remaining !== undefined) return `${about(rollout.remaining)} to go`;
  return `${span(rollout.steps[at - 1]?.wait ?? 0)} later`;
}

/** Why it does not go on, or when it does. */
function Waiting({ rollout, now }: { rollout: Rollout; now: number }) {
  if (rollout.state === 'paused') return <Paused rollout={rollout} />;
  if (rollout.state !== 'running') return null;
  if (rollout.problem) {
    const again = rollout.retryAt === undefined ? '' : ` It is tried again ${until(rollout.retryAt, now)}.`;
    return (
      <Alert
        color="red"
        p="xs"
        mb="xs"
        icon={<IconAlertTriangle size={18} aria-hidden />}
        title="The next step could not be made"
      >
        {sentence(rollout.problem)}
        {again}
      </Alert>
    );
  }
  const next = rollout.steps[rollout.made];
  if (!next || rollout.nextAt === undefined) return null;
  return (
    <Text size="sm" mb="xs">
      Next: {next.percent} %{' '}
      <time dateTime={new Date(rollout.nextAt).toISOString()} title={absolute(rollout.nextAt)}>
        {until(rollout.nextAt, now)}
      </time>
      . Whoever has it keeps it.
    </Text>
  );
}

function Paused({ rollout }: { rollout: Rollout }) {
  const left = rollout.remaining ? `after ${about(rollout.remaining)}` : 'at once';
  return (
    <Alert
      color="orange"
      p="xs"
      mb="xs"
      icon={<IconPlayerPause size={18} aria-hidden />}
      title="It waits for a person"
    >
      <PausedBy rollout={rollout} /> When it is resumed, the next step comes {left}.
    </Alert>
  );
}

/** Who paused it and why; of what paused it by itself, what that was. */
function PausedBy({ rollout: { problem, paused } }: { rollout: Rollout }) {
  if (problem) return <>{sentence(problem)}</>;
  if (!paused) return <>Somebody paused it.</>;
  return (
    <>
      {paused.actor.name} paused it <Time at={paused.at} />
      {paused.comment ? `: “${paused.comment}”` : '.'}
    </>
  );
}

const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
