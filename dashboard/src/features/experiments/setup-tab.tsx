import { Alert, Button, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { deleteExperiment } from '@/api/experiments';
import type { Experiment, ExperimentDocument, ExperimentState } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { May, MayEdit } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { draftExperiment, dropFromDraft, useDraft, useOpenReview } from '@/features/review';
import { ExperimentForm } from './experiment-form';
import classes from './experiments.module.css';
import { type ExperimentEdit, experimentFault, readExperiment, writeExperiment } from './model';

/** Edits an experiment in place: each change goes into the draft, as on the flag's page. */
function useSetup(experiment: Experiment) {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const drafted: ExperimentDocument | undefined = draft?.experiments[experiment.key];
  const text = JSON.stringify(drafted ?? experiment);
  const [edit, setEdit] = useState<ExperimentEdit>(() => readExperiment(drafted ?? experiment));
  const written = useRef(text);
  useEffect(() => {
    if (written.current === text) return;
    written.current = text;
    setEdit(readExperiment(JSON.parse(text) as ExperimentDocument));
  }, [text]);

  const live = JSON.stringify(writeExperiment(readExperiment(experiment), environment.key, experiment.state));
  const put = (next: ExperimentEdit, state: ExperimentState) => {
    const document = writeExperiment(next, environment.key, state);
    setEdit(next);
    if (JSON.stringify(document) === live) {
      written.current = JSON.stringify(experiment);
      dropFromDraft(project.key, environment.key, 'experiments', experiment.key);
      return;
    }
    written.current = JSON.stringify(document);
    draftExperiment(project, environment.key, experiment.key, document, experiment);
  };
  return { edit, put, drafted };
}

export function SetupTab({ experiment }: { experiment: Experiment }) {
  const project = useProject();
  const environment = useEnvironment();
  const openReview = useOpenReview();
  const { edit, put, drafted } = useSetup(experiment);
  const fault = experimentFault(edit);
  const state = drafted?.state ?? experiment.state;
  const at = `${project.key}/${environment.key}`;
  return (
    <Stack maw={860} data-kind={environment.kind}>
      {experiment.state === 'running' && drafted && (
        <Alert
          color="gray"
          variant="default"
          title="A change to arms, shares, unit or audience starts the next phase"
        >
          Until it is published the experiment goes on as it is.
        </Alert>
      )}
      <MayEdit to={['edit_flags', 'publish']} at={at}>
        <ExperimentForm edit={edit} onChange={(next) => put(next, state)} withOrder />
      </MayEdit>
      <div className={classes.actions}>
        {fault && <span className={classes.fault}>{fault}</span>}
        <EnvironmentBadge environment={environment} />
        {experiment.state !== 'running' && <DeleteButton experiment={experiment} />}
        {experiment.state !== 'running' && (
          <May to={['edit_flags', 'publish']} at={at}>
            <Button
              disabled={fault !== undefined}
              onClick={() => {
                put(edit, 'running');
                openReview();
              }}
            >
              Start in {environmentName(environment)}
            </Button>
          </May>
        )}
        {experiment.state === 'running' && (
          <Button disabled={fault !== undefined || !drafted} onClick={openReview}>
            Review change
          </Button>
        )}
      </div>
    </Stack>
  );
}

function DeleteButton({ experiment }: { experiment: Experiment }) {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <May to="publish" at={`${project.key}/${environment.key}`}>
        <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
          Delete
        </Button>
      </May>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Delete ${experiment.key}?`}
        verb={`Delete in ${environmentName(environment)}`}
        danger
        environment={environment}
        action={async () => {
          await deleteExperiment(project.key, experiment.key);
          dropFromDraft(project.key, environment.key, 'experiments', experiment.key);
          await navigate({
            to: '/p/$project/e/$environment/experiments',
            params: { project: project.key, environment: environment.key },
          });
          await client.invalidateQueries({ queryKey: ['project', project.key] });
        }}
      >
        <Text size="sm">
          It does not run, so nothing that is served changes. Its history stays in the audit log.
        </Text>
      </Confirm>
    </>
  );
}
