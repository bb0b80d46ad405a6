import { Alert, Autocomplete, Button, NativeSelect, Textarea } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@/api/client';
import { propose } from '@/api/requests';
import { type Raised, startRollout } from '@/api/rollouts';
import type { FlagDetail, RolloutPlan } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { Unless, useRefusal } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { usePaths } from '@/components/rules/names';
import { variationLabel } from '@/components/rules/serve-editor';
import { ErrorState } from '@/components/states';
import { count } from '@/lib/names';
import { useReach } from '@/lib/offline';
import {
  isFaulty,
  type PlanEdit,
  type Present,
  placesOf,
  planOf,
  planTitle,
  planWords,
  presentAt,
  presetSteps,
  raisable,
  settle,
  stepFaults,
} from './model';
import classes from './rollouts.module.css';
import { StepsEditor } from './steps-editor';

type Props = { raised: Raised; flag?: FlagDetail; onClose: () => void };

/** What the server says of one field of the plan; of a list also what it says of its items. */
function faultsOf(error: unknown, name: string): string[] {
  if (!(error instanceof ApiError)) return [];
  const fits = new RegExp(`(^|\\.)${name}($|[.[])`);
  return error.fields.filter((fault) => fits.test(fault.field)).map((fault) => fault.message);
}

const fieldNames = ['variation', 'rule', 'rest', 'by', 'steps', 'comment'] as const;

/** Begins a rollout, or where approvals are needed proposes it as one change request. */
export function StartForm({ raised, flag, onClose }: Props) {
  const environment = useEnvironment();
  const configuration = flag?.configurations[environment.key];
  const [edit, setEdit] = useState<PlanEdit>(() => {
    const empty = { variation: '', rule: '', rest: '', by: 'targetingKey', steps: presetSteps('hours') };
    return flag ? settle(flag, presentAt(configuration, ''), empty) : empty;
  });
  const [comment, setComment] = useState('');
  const { begin, number, review } = useBegin();
  const present = presentAt(configuration, edit.rule);
  const plan = planOf(raised, edit, present);
  const faulty = stepFaults(edit.steps).some(isFaulty);
  const fault = (name: (typeof fieldNames)[number]) => faultsOf(begin.error, name);
  const placed = fieldNames.some((name) => fault(name).length > 0);
  const change = (next: PlanEdit) => {
    begin.reset();
    setEdit(next);
  };
  if (number !== undefined) return <Proposed number={number} onClose={onClose} />;
  return (
    <form
      className={classes.form}
      data-kind={environment.kind}
      onSubmit={(event) => {
        event.preventDefault();
        if (faulty) return;
        const began = (made: number | undefined) => {
          if (made === undefined) onClose();
        };
        begin.mutate({ plan, comment: comment.trim() || undefined }, { onSuccess: began });
      }}
    >
      {flag && <What flag={flag} edit={edit} present={present} onChange={change} fault={fault} />}
      <StepsEditor
        steps={edit.steps}
        onChange={(steps) => change({ ...edit, steps })}
        faults={fault('steps')}
      />
      <Textarea
        label="Comment"
        description="Optional; kept in the history."
        autosize
        minRows={1}
        maxRows={5}
        maxLength={2000}
        value={comment}
        error={fault('comment').join(' ') || undefined}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <p className={classes.words} role="status">
        {faulty ? 'Complete the steps to see what will happen.' : planWords(plan, present)}
      </p>
      {review && (
        <Alert color="navy" p="xs" icon={<IconShieldCheck size={18} aria-hidden />}>
          This needs {environment.approvals > 0 ? count(environment.approvals, 'approval') : 'approval'} in{' '}
          {environment.name}: one change request for all steps. Pause, stop and roll back need none.
        </Alert>
      )}
      {begin.isError && !placed && <ErrorState what="The rollout was not begun" error={begin.error} />}
      <Actions review={review} busy={begin.isPending} faulty={faulty} onClose={onClose} />
    </form>
  );
}

type Begun = { plan: RolloutPlan; comment: string | undefined };

/** Starts it, or proposes it; the number is that of the change request. */
function useBegin() {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const publish = useRefusal({ to: 'publish', at: `${project.key}/${environment.key}` });
  const [needed, setNeeded] = useState(false);
  // Who may only propose does so also where no approval is needed.
  const review = needed || environment.approvals > 0;
  const proposes = review || publish !== undefined;
  const begin = useMutation({
    mutationFn: async ({ plan, comment }: Begun): Promise<number | undefined> => {
      if (proposes) {
        const made = await propose(project.key, { title: planTitle(plan), comment, rollout: plan });
        return made.number;
      }
      await startRollout(project.key, { ...plan, comment });
      return undefined;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
    // Somebody protected the environment while the form was open: the next click proposes.
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'review_required') setNeeded(true);
    },
  });
  return { begin, number: begin.data, review, proposes };
}

type WhatProps = {
  flag: FlagDetail;
  edit: PlanEdit;
  present: Present;
  onChange: (edit: PlanEdit) => void;
  fault: (name: (typeof fieldNames)[number]) => string[];
};

/** Of a flag: which variation, for whom, and what the others get. */
function What({ flag, edit, present, onChange, fault }: WhatProps) {
  const environment = useEnvironment();
  const paths = usePaths();
  const configuration = flag.configurations[environment.key];
  const said = (name: Parameters<typeof fault>[0]) => fault(name).join(' ') || undefined;
  const label = (items: FlagDetail['variations']) =>
    items.map((item) => ({ value: item.id, label: variationLabel(item) }));
  return (
    <>
      <NativeSelect
        label="Raise"
        value={edit.variation}
        error={said('variation')}
        onChange={(event) =>
          onChange(settle(flag, present, { ...edit, variation: event.currentTarget.value }))
        }
        data={label(raisable(flag, present))}
      />
      <NativeSelect
        label="For"
        value={edit.rule}
        error={said('rule')}
        onChange={(event) => {
          const rule = event.currentTarget.value;
          onChange(settle(flag, presentAt(configuration, rule), { ...edit, rule }));
        }}
        data={placesOf(configuration)}
      />
      {present.kind === 'code' && (
        <NativeSelect
          label="The others get"
          description="They get the program's own default now, and no split can give that."
          value={edit.rest}
          error={said('rest')}
          onChange={(event) => onChange({ ...edit, rest: event.currentTarget.value })}
          data={label(flag.variations.filter((item) => item.id !== edit.variation))}
        />
      )}
      <Autocomplete
        label="Unit"
        description={
          present.kind === 'split'
            ? 'That of the split that is there; another would give others the variation.'
            : 'Who has the same value gets the same.'
        }
        data={paths}
        value={present.kind === 'split' ? present.by : edit.by}
        readOnly={present.kind === 'split'}
        error={said('by')}
        onChange={(by) => onChange({ ...edit, by: by.trim() })}
        comboboxProps={{ shadow: 'md' }}
      />
    </>
  );
}

type ActionsProps = { review: boolean; busy: boolean; faulty: boolean; onClose: () => void };

function Actions({ review, busy, faulty, onClose }: ActionsProps) {
  const project = useProject();
  const environment = useEnvironment();
  const here = `${project.key}/${environment.key}`;
  const publish = useRefusal({ to: 'publish', at: here });
  const edit = useRefusal({ to: 'edit_flags', at: here });
  const offline = useReach().state === 'offline';
  const proposes = review || publish !== undefined;
  return (
    <div className={classes.actions}>
      <EnvironmentBadge environment={environment} />
      <Button variant="default" onClick={onClose}>
        Cancel
      </Button>
      <Unless refusal={proposes ? edit : undefined}>
        <Button type="submit" loading={busy} disabled={faulty || offline}>
          {proposes ? 'Request review' : `Begin in ${environmentName(environment)}`}
        </Button>
      </Unless>
    </div>
  );
}

/** It is not live yet: where it waits for its approvals. */
function Proposed({ number, onClose }: { number: number; onClose: () => void }) {
  const project = useProject();
  return (
    <div className={classes.form}>
      <p className={classes.words} role="status">
        It is change request #{number}. Publishing it makes the first step, and the others follow under the
        same approvals.
      </p>
      <div className={classes.actions}>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <ButtonLink
          to="/p/$project/change-requests/$number"
          params={{ project: project.key, number: String(number) }}
          data-autofocus
        >
          Open change request #{number}
        </ButtonLink>
      </div>
    </div>
  );
}
