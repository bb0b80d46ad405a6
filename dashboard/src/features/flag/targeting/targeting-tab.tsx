import { Alert, Button, Group } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { FlagDetail } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { faultsBelow, useDraft, useOpenReview, usePlan } from '@/features/review';
import { complete } from '../editor/complete';
import { useEditor } from '../editor/use-editor';
import { ExperimentsNote } from './experiments-note';
import { OtherwiseSection, WhenOffSection } from './otherwise-section';
import { PrerequisitesSection } from './prerequisites-section';
import { RulesSection } from './rules-section';
import { Faults } from './section';
import { TargetsSection } from './targets-section';
import { UnconfiguredNote } from './unconfigured-note';

/** Who gets what, from the top; the first that matches wins. Every edit goes into the draft. */
export function TargetingTab({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const environment = useEnvironment();
  const editor = useEditor(flag);
  const openReview = useOpenReview();
  const draft = useDraft(project.key, environment.key);
  const [settled] = useDebouncedValue(draft, 400);
  const plan = usePlan(settled, editor.edited && settled === draft && complete(editor.state));
  const faults = plan.isError
    ? faultsBelow(plan.error, `flags.${flag.key}.environments.${environment.key}`)
    : [];
  const of = (part: string) => faults.filter((fault) => fault.field.startsWith(part));
  const parts = { flag, editor };
  if (flag.archivedAt !== undefined) return null;
  return (
    <>
      <UnconfiguredNote flag={flag} edited={editor.edited} />
      {flag.environments[environment.key]?.enabled === false && (
        <Alert color="red" title="Turned off here" mb="xs">
          Everyone gets what “When off” says. What is below counts again once the flag is turned on.
        </Alert>
      )}
      <PrerequisitesSection {...parts} faults={of('prerequisites')} />
      <TargetsSection {...parts} faults={of('targets')} />
      <ExperimentsNote flag={flag} />
      <RulesSection {...parts} faults={of('rules')} />
      <OtherwiseSection {...parts} faults={of('default')} />
      <WhenOffSection {...parts} faults={of('off')} />
      <Faults faults={faults.filter((fault) => fault.field === '')} />
      {editor.edited && (
        <Group mt="md" gap="xs" justify="flex-end">
          <EnvironmentBadge environment={environment} />
          <Button size="xs" variant="subtle" color="gray" onClick={editor.revert}>
            Forget the edits of this flag
          </Button>
          <Button size="xs" onClick={openReview}>
            Review change
          </Button>
        </Group>
      )}
    </>
  );
}
