import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type ErasedProject, type Erasure, erase } from '@/api/erasures';
import { projectsQuery } from '@/api/projects';
import { May } from '@/components/may';
import { ErrorState } from '@/components/states';

const everywhere = '';

/** Takes the identifier of somebody out of everything: first what that would do, then, typed again, for good. */
export function Privacy() {
  const projects = useQuery(projectsQuery());
  const client = useQueryClient();
  const [unit, setUnit] = useState('');
  const [project, setProject] = useState(everywhere);
  const [comment, setComment] = useState('');
  const [typed, setTyped] = useState('');
  const request = { unit, project: project || undefined, comment: comment || undefined };
  const plan = useMutation({ mutationFn: () => erase({ ...request, dryRun: true }) });
  const done = useMutation({
    mutationFn: () => erase(request),
    onSuccess: () => client.invalidateQueries(),
  });
  // What was looked up is no longer what the fields say.
  const edit = (set: (value: string) => void) => (value: string) => {
    set(value);
    plan.reset();
    done.reset();
    setTyped('');
  };
  const look = (event: FormEvent) => {
    event.preventDefault();
    done.reset();
    plan.mutate();
  };
  const found = plan.data?.projects.some(erases);
  return (
    <Stack gap="md" maw={720}>
      <Text>
        Erase an identifier from targets, target groups, conditions, descriptions, comments, change requests,
        rollouts and the audit log. A random placeholder stands where it was. Nobody else gets anything else,
        and the audit log still verifies. Backups, and files that are applied again, still have it.
      </Text>
      {projects.isError && (
        <ErrorState
          what="The projects could not be loaded"
          error={projects.error}
          retry={() => projects.refetch()}
        />
      )}
      <form onSubmit={look}>
        <Stack gap="sm">
          <TextInput
            label="Identifier"
            description="As targets and groups have it; whole values only"
            value={unit}
            onChange={(event) => edit(setUnit)(event.currentTarget.value)}
            autoComplete="off"
          />
          <Select
            label="Where"
            data={[
              { value: everywhere, label: 'Every project' },
              ...(projects.data ?? []).map((item) => ({ value: item.key, label: item.name })),
            ]}
            value={project}
            onChange={(value) => edit(setProject)(value ?? everywhere)}
            allowDeselect={false}
          />
          <TextInput
            label="Why"
            description="For the audit log; without the names of people"
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Group>
            <May to="erase" at={project}>
              <Button type="submit" variant="default" loading={plan.isPending} disabled={unit.trim() === ''}>
                Look where it is
              </Button>
            </May>
          </Group>
        </Stack>
      </form>
      {plan.isError && <ErrorState what="It could not be looked up" error={plan.error} />}
      {plan.data && !done.data && <Plan plan={plan.data} />}
      {found && !done.data && (
        <Stack gap="sm">
          <TextInput
            label={`Type ${unit} to erase it`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
          <Group>
            <May to="erase" at={project}>
              <Button
                color="red"
                loading={done.isPending}
                disabled={typed !== unit}
                onClick={() => done.mutate()}
              >
                Erase for good
              </Button>
            </May>
          </Group>
        </Stack>
      )}
      {done.isError && <ErrorState what="Nothing was erased" error={done.error} />}
      {done.data && (
        <Alert color="green" role="status" title="Erased">
          {done.data.placeholder} stands where it was.
        </Alert>
      )}
    </Stack>
  );
}

const erases = (found: ErasedProject) =>
  found.objects.length + found.entries + found.changeRequests + Object.keys(found.revisions).length > 0;

/** What an erasure would do, project by project. */
function Plan({ plan }: { plan: Erasure }) {
  return (
    <Stack gap="xs" role="status">
      {plan.projects.length === 0 && <Text>It is nowhere. Check how it is written.</Text>}
      {plan.projects.map((found) => (
        <div key={found.project}>
          <Text fw={600}>{found.project}</Text>
          <ul>
            {found.objects.map((item) => (
              <li key={`${item.kind} ${item.key} ${item.environment}`}>{objectWords(item)}</li>
            ))}
            <li>
              to rewrite: {found.entries} of the audit log, {found.changeRequests} change requests
            </li>
            {Object.entries(found.revisions).map(([environment, revision]) => (
              <li key={environment}>
                makes revision {revision} of {environment}
              </li>
            ))}
            {found.kept.map((item) => (
              <li key={`kept ${item.kind} ${item.key} ${item.environment}`}>
                stays in {objectWords(item)}: change it by hand
              </li>
            ))}
            {found.named > 0 && (
              <li>stays in {found.named} of the audit log, as who acted or whose account it is about</li>
            )}
          </ul>
        </div>
      ))}
      {plan.skipped.length > 0 && (
        <Text>Not looked at, because you may not erase there: {plan.skipped.join(', ')}</Text>
      )}
    </Stack>
  );
}

function objectWords(item: ErasedProject['objects'][number]): string {
  const where = item.environment ? ` in ${item.environment}` : '';
  const archived = item.archived ? ' (archived)' : '';
  return `${item.kind.replace('_', ' ')} ${item.key}${where}${archived}: ${item.places.join(', ')}`;
}
