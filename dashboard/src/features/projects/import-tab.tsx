import {
  Alert,
  Button,
  FileInput,
  Group,
  Loader,
  Select,
  Stack,
  TagsInput,
  Text,
  Title,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { apply } from '@/api/apply';
import { importDocument } from '@/api/imports';
import { propose } from '@/api/requests';
import type { ApplyResult, Imported, ImportRequest } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { PlanItems, PlanItemView } from '@/components/history/plan-item';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { count } from '@/lib/names';

type Product = ImportRequest['product'];

const products: Record<Product, { name: string; hint: string }> = {
  launchdarkly: {
    name: 'LaunchDarkly',
    hint: 'The flags (GET /api/v2/flags/PROJECT?summary=0) and the segments of each environment',
  },
  unleash: { name: 'Unleash', hint: 'An export, and the segments (GET /api/admin/segments)' },
  flagd: { name: 'flagd', hint: 'Files of flag definitions; name the environment that they are for' },
};

const isProduct = (text: string | null): text is Product => text !== null && text in products;

/** Brings flags over from another product: reads its export, says what is lost, shows the plan, applies it. */
export function ImportTab() {
  const project = useProject();
  const [product, setProduct] = useState<Product>('launchdarkly');
  const [files, setFiles] = useState<File[]>([]);
  const [environments, setEnvironments] = useState<string[]>([]);
  const read = useMutation({
    mutationFn: async () => {
      const texts = await Promise.all(
        files.map(async (file) => ({ name: file.name, text: await file.text() })),
      );
      const imported = await importDocument(project.key, { product, environments, files: texts });
      return { imported, plan: await apply(project.key, { text: imported.document, dryRun: true }) };
    },
  });
  // What was read is no longer what the fields say.
  const edit =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      read.reset();
    };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    read.mutate();
  };
  return (
    <Stack gap="md" maw={860}>
      <Text>
        Read what another product exports, see what cannot be carried over and what would change, and apply
        it. Shares of splits stay; who is in which part is dealt anew.
      </Text>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            label="Product"
            data={Object.entries(products).map(([value, { name }]) => ({ value, label: name }))}
            value={product}
            onChange={(value) => isProduct(value) && edit(setProduct)(value)}
            allowDeselect={false}
          />
          <FileInput
            label="Files"
            description={products[product].hint}
            placeholder="Choose files: JSON or YAML"
            multiple
            accept=".json,.yaml,.yml"
            value={files}
            onChange={edit(setFiles)}
          />
          <TagsInput
            label="Environments"
            description="Only these: a key each, or THEIRS=OURS to give one another key; all when empty"
            value={environments}
            onChange={edit(setEnvironments)}
          />
          <Group>
            <Button type="submit" variant="default" loading={read.isPending} disabled={files.length === 0}>
              Read and compare
            </Button>
          </Group>
        </Stack>
      </form>
      {read.isPending && (
        <Group role="status" gap="xs">
          <Loader size="xs" aria-hidden /> Reading the export and comparing it with the project
        </Group>
      )}
      {read.isError && <ErrorState what="It could not be imported" error={read.error} />}
      {read.data && (
        <>
          <Lost imported={read.data.imported} />
          <Planned key={read.data.imported.document} {...read.data} />
        </>
      )}
    </Stack>
  );
}

/** What was read, and what is not as it was. */
function Lost({ imported }: { imported: Imported }) {
  const { flags, targetGroups, lost } = imported;
  return (
    <section aria-labelledby="import-lost">
      <Title order={2} size="h4" id="import-lost">
        {count(flags, 'flag')} and {count(targetGroups, 'target group')} were read
      </Title>
      {lost.length === 0 && <Text>Nothing of them is lost.</Text>}
      {lost.length > 0 && (
        <>
          <Text>Not as it was, in {count(lost.length, 'place')}:</Text>
          <ul>
            {lost.map((loss) => (
              <li key={`${loss.object} ${loss.what}`}>
                <b>{loss.object}</b>: {loss.what}
              </li>
            ))}
          </ul>
        </>
      )}
      <details>
        <summary>The file that is applied</summary>
        <CodeBlock code={imported.document} label="The imported file" />
      </details>
    </section>
  );
}

/** What applying changes, and the button that does. */
function Planned({ imported, plan }: { imported: Imported; plan: ApplyResult }) {
  const project = useProject();
  const client = useQueryClient();
  const reviewed = Object.keys(plan.review ?? {});
  const title = 'Import of another product’s flags';
  const done = useMutation({
    mutationFn: async () => {
      const body = { text: imported.document, comment: title, expect: plan.revisions };
      if (reviewed.length > 0) return { request: await propose(project.key, { ...body, title }) };
      return { applied: await apply(project.key, body) };
    },
    onSuccess: () => client.invalidateQueries(),
  });
  if (done.data) return <Done {...done.data} />;
  return (
    <section aria-labelledby="import-plan">
      <Title order={2} size="h4" id="import-plan">
        {plan.changed ? 'What it changes' : 'It changes nothing: all of it is here already'}
      </Title>
      <PlanItems label="Changes">
        {plan.plan.map((item) => (
          <PlanItemView key={`${item.kind} ${item.object} ${item.environment ?? ''}`} item={item} />
        ))}
      </PlanItems>
      {done.isError && <ErrorState what="Nothing was changed" error={done.error} />}
      {plan.changed && (
        <Group mt="sm">
          <May to="edit_flags" at={project.key}>
            <Button loading={done.isPending} onClick={() => done.mutate()}>
              {reviewed.length > 0 ? `Open a change request for ${reviewed.join(', ')}` : 'Apply'}
            </Button>
          </May>
        </Group>
      )}
    </section>
  );
}

function Done({ request, applied }: { request?: { number: number }; applied?: ApplyResult }) {
  const project = useProject();
  const environment = project.environments[0]?.key;
  return (
    <Alert color="green" role="status" title={request ? 'A change request is open' : 'Applied'}>
      {request && `Change request ${request.number} has it; somebody else approves it. `}
      {applied &&
        Object.entries(applied.revisions)
          .map(([key, revision]) => `${key} is at revision ${revision}`)
          .join(', ')}
      {environment && (
        <>
          {' '}
          <AnchorLink to="/p/$project/e/$environment/flags" params={{ project: project.key, environment }}>
            See the flags
          </AnchorLink>
        </>
      )}
    </Alert>
  );
}
