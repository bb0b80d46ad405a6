import { Alert, Button, Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { ApplyResult, Project } from '@/api/types';
import { EnvironmentIcon } from '@/components/environment-badge';
import { Unless } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { count } from '@/lib/names';
import { absolute } from '@/lib/time';
import type { Draft } from './draft-store';
import classes from './review.module.css';
import { useWayRefusals, verb, type Way, waysOf, wayWords } from './ways';

/** What somebody decided to do with a draft. */
export type Sending = { way: Way; title: string; comment: string; bypass?: string; at?: number };

type Props = {
  draft: Draft;
  plan: ApplyResult | undefined;
  busy: boolean;
  blocked: boolean;
  onSend: (sending: Sending) => void;
};

/** Publish, or ask for a review, or keep it for later; where approvals are needed, asking is the usual way. */
export function SendForm({ draft, plan, busy, blocked, onSend }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const review = plan?.review ?? {};
  const needsReview = Object.keys(review).length > 0 || (!plan && environment.approvals > 0);
  const refusals = useWayRefusals(draft, project, environment);
  const ways = waysOf(draft, needsReview, refusals.bypass === undefined, refusals.publish === undefined);
  const [chosen, setChosen] = useState<Way>();
  const way = chosen && ways.includes(chosen) ? chosen : (ways[0] ?? 'publish');
  const [comment, setComment] = useState('');
  const [title, setTitle] = useState<string>();
  const [reason, setReason] = useState('');
  const [when, setWhen] = useState(() =>
    absolute(Date.now() + 24 * 3_600_000)
      .slice(0, 16)
      .replace(' ', 'T'),
  );
  const shownTitle = title ?? draft.request?.title ?? firstSentence(plan);
  const titled = way !== 'publish' && way !== 'bypass';
  const missing =
    (titled && shownTitle.trim() === '') ||
    (way === 'bypass' && reason.trim() === '') ||
    (way === 'schedule' && !(Date.parse(when) > Date.now()));
  return (
    <form
      data-kind={environment.kind}
      className={classes.publish}
      onSubmit={(event) => {
        event.preventDefault();
        if (refusals[way] !== undefined) return;
        onSend({
          way,
          title: shownTitle,
          comment,
          bypass: way === 'bypass' ? reason : undefined,
          at: way === 'schedule' ? Date.parse(when) : undefined,
        });
      }}
    >
      {needsReview && !draft.request && (
        <Alert color="navy" p="xs" icon={<IconShieldCheck size={18} aria-hidden />}>
          {reviewWords(project, review)}
        </Alert>
      )}
      {ways.length > 1 && (
        <NativeSelect
          label="What to do"
          value={way}
          onChange={(event) => setChosen(event.currentTarget.value as Way)}
          data={ways.map((value) => ({ value, label: wayWords[value] }))}
        />
      )}
      {titled && (
        <TextInput
          label="Title"
          description="What it does, in a line."
          required
          maxLength={200}
          value={shownTitle}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      )}
      {way === 'schedule' && (
        <TextInput
          type="datetime-local"
          label="When"
          description="In the time of this computer."
          required
          value={when}
          onChange={(event) => setWhen(event.currentTarget.value)}
        />
      )}
      {way === 'bypass' && (
        <TextInput
          label="Reason"
          description="Why nobody can be waited for; it stays in the audit log."
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      <Textarea
        label={titled ? 'Why' : 'Comment'}
        description="Optional; kept in the history."
        autosize
        minRows={1}
        maxRows={5}
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Unless refusal={refusals[way]}>
          <Button
            type="submit"
            className={classes.button}
            color={way === 'bypass' ? 'red' : undefined}
            leftSection={<EnvironmentIcon kind={environment.kind} size={16} />}
            loading={busy}
            disabled={!plan?.changed || blocked || missing}
            data-autofocus
          >
            {verb(way, draft, environment)}
          </Button>
        </Unless>
      </Group>
    </form>
  );
}

const firstSentence = (plan: ApplyResult | undefined) => (plan?.plan[0]?.sentences[0] ?? '').slice(0, 200);

function reviewWords(project: Project, review: Record<string, number>): string {
  const parts = Object.entries(review).map(([key, n]) => {
    const name = project.environments.find((item) => item.key === key)?.name ?? key;
    return `${count(n, 'approval')} in ${name}`;
  });
  const needs = parts.length === 0 ? 'approval' : parts.join(', ');
  return `This change needs ${needs}. Off, Stop and Undo need none.`;
}
