import { Alert, Badge } from '@mantine/core';
import { IconAlertOctagon, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { verifyQuery } from '@/api/changes';
import { useProject } from '@/components/project-context';
import { count } from '@/lib/names';

/** Each entry carries the hash of the one before: whether the whole chain still holds. */
export function ChainBadge() {
  const project = useProject();
  const chain = useQuery(verifyQuery(project.key));
  if (chain.isPending) return <>Checking the chain of entries…</>;
  if (chain.isError) return <>The chain of entries could not be checked.</>;
  if (!chain.data.ok) return null;
  return (
    <Badge
      variant="light"
      color="green"
      tt="none"
      leftSection={<IconShieldCheck size={13} aria-hidden />}
      title="Each entry holds the hash of the one before it; nothing was changed or taken out."
    >
      chain verified, {count(chain.data.checked, 'entry', 'entries')}
    </Badge>
  );
}

export function ChainBroken() {
  const project = useProject();
  const chain = useQuery(verifyQuery(project.key));
  if (chain.data?.ok !== false) return null;
  return (
    <Alert
      color="red"
      role="alert"
      mb="sm"
      icon={<IconAlertOctagon size={18} aria-hidden />}
      title={`The log was altered at entry ${chain.data.brokenAt ?? 'unknown'}`}
    >
      From there on the entries no longer fit the hashes that were written with them: somebody changed the
      database by hand, or it is damaged. Compare it with your latest backup before you trust what follows.
    </Alert>
  );
}
