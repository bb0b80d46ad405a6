import { Button, Modal, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { useFlags } from '@/components/rules/names';
import { draftExperiment } from '@/features/review';
import { keyFault } from '@/lib/names';
import { ExperimentForm } from './experiment-form';
import classes from './experiments.module.css';
import {
  blank,
  type ExperimentEdit,
  experimentFault,
  retemplate,
  suggestKey,
  type Template,
  templates,
  writeExperiment,
} from './model';

type Props = { template: Template | undefined; flag: string | undefined; taken: string[] };

/** A new experiment: a template, flags, values, audience; then the review. The address holds that it is open. */
export function NewExperiment({ template, flag, taken }: Props) {
  const navigate = useNavigate();
  const close = () => {
    void navigate({ to: '.', search: (before) => ({ ...before, new: undefined, flag: undefined }) });
  };
  return (
    <Modal opened={template !== undefined} onClose={close} title="New experiment" size="xl">
      {template && <Form template={template} flag={flag} taken={taken} />}
    </Modal>
  );
}

function Form({ template, flag, taken }: { template: Template; flag?: string; taken: string[] }) {
  const environment = useEnvironment();
  const flags = useFlags();
  const [typed, setTyped] = useState<string>();
  const [edited, setEdit] = useState<ExperimentEdit>();
  // The one flag there is needs no choosing. Made once: its parts keep their identity while it is filled in.
  const first = flag ?? (flags.length === 1 ? flags[0]?.key : undefined);
  const untouched = useMemo(() => blank(template, first ? [first] : []), [template, first]);
  const edit = edited ?? untouched;
  const key = typed ?? suggestKey(edit, taken);
  const fault = experimentFault(edit) ?? nameFault(key, taken);
  const about = templates.find((item) => item.id === edit.template)?.about;
  return (
    <form className={classes.form} onSubmit={(event) => event.preventDefault()} data-kind={environment.kind}>
      <div>
        <SegmentedControl
          aria-label="Template"
          data={templates.map((item) => ({ value: item.id, label: item.name }))}
          value={edit.template}
          onChange={(next) => setEdit(retemplate(edit, next as Template))}
        />
        <Text size="sm" c="dimmed" mt={4}>
          {about}
        </Text>
      </div>
      <ExperimentForm edit={edit} onChange={setEdit} />
      <TextInput
        label="Name"
        description="Its key in documents and in the history."
        value={key}
        error={key !== '' && nameFault(key, taken)}
        onChange={(event) => setTyped(event.currentTarget.value.trim())}
      />
      <Actions name={key} edit={edit} fault={fault} />
    </form>
  );
}

function nameFault(key: string, taken: string[]): string | undefined {
  if (taken.includes(key)) return `There is an experiment ${key} already.`;
  return keyFault(key);
}

function Actions({ name, edit, fault }: { name: string; edit: ExperimentEdit; fault?: string }) {
  const project = useProject();
  const environment = useEnvironment();
  const navigate = useNavigate();
  const save = (state: 'running' | 'draft') => {
    draftExperiment(project, environment.key, name, writeExperiment(edit, environment.key, state), undefined);
    void navigate({
      to: '.',
      search: (before) => ({ ...before, new: undefined, flag: undefined, review: true }),
    });
  };
  return (
    <div className={classes.actions}>
      {fault && <span className={classes.fault}>{fault}</span>}
      <EnvironmentBadge environment={environment} />
      <Button variant="default" disabled={fault !== undefined} onClick={() => save('draft')}>
        Save as draft
      </Button>
      <Button disabled={fault !== undefined} onClick={() => save('running')}>
        Start in {environmentName(environment)}
      </Button>
    </div>
  );
}
