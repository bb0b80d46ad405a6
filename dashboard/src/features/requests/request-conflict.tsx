import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { projectQuery } from '@/api/projects';
import { resubmit } from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { Unless } from '@/components/may';
import { ThreeWay, type Triple, useThreeWay } from '@/components/merge/three-way';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { Time } from '@/components/time';
import { itemKey, proposalOf } from './document';
import { useRefusals } from './refusals';
import { useAct } from './use-act';

/** What was changed on both sides: base, live now, proposed, and the choice; saved as a new version. */
export function RequestConflict({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  const client = useQueryClient();
  const act = useAct();
  const refusals = useRefusals(project, request);
  const triples: Triple[] = request.items.flatMap((item) =>
    item.theirs
      ? [
          {
            key: itemKey(item),
            title: item.object,
            environment: project.environments.find((known) => known.key === item.environment),
            by: (
              <>
                live: {item.theirs.by.actor}, <Time at={item.theirs.by.at} />
              </>
            ),
            base: item.base,
            theirs: item.live,
            mine: item.proposed,
          },
        ]
      : [],
  );
  const state = useThreeWay(triples);
  const save = useMutation({
    mutationFn: async () => {
      // What was live when the choices were made; whoever is faster than this is told by the server.
      const fresh = await client.fetchQuery({ ...projectQuery(project.key), staleTime: 0 });
      const expect = Object.fromEntries(fresh.environments.map((item) => [item.key, item.revision]));
      const items = request.items.filter((item) => !item.done);
      const values = items.map((item) => {
        const key = itemKey(item);
        return { ...item, value: state.merged.has(key) ? state.merged.get(key) : item.proposed };
      });
      const content = proposalOf(project.key, values);
      return act(
        resubmit(project.key, request.number, {
          ...content,
          expect,
          comment: 'merged with what is live now',
        }),
      );
    },
  });
  return (
    <Alert
      color="yellow"
      icon={<IconGitCompare size={18} aria-hidden />}
      title="It was changed on both sides. Nothing can be published until somebody has chosen."
    >
      <Stack gap="sm">
        <ThreeWay triples={triples} state={state} mine="Proposed" />
        <Text size="sm">
          The choice becomes version {request.version + 1}, made on what is live now. Approvals begin anew.
        </Text>
        {save.isError && <ErrorState what="It was not saved" error={save.error} />}
        <Group justify="flex-end">
          <Unless refusal={refusals.edit}>
            <Button
              size="xs"
              disabled={state.open > 0}
              loading={save.isPending}
              onClick={() => save.mutate()}
            >
              Save as version {request.version + 1}
            </Button>
          </Unless>
        </Group>
      </Stack>
    </Alert>
  );
}
