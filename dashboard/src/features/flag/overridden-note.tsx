import { Alert, Button, List } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { FlagDetail, Overridden } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { useEnvironment } from '@/components/project-context';
import { count } from '@/lib/names';

/** "overridden in 3 of 214 instances". */
export const overriddenWords = ({ instances, of }: Overridden) =>
  `overridden in ${instances} of ${count(of, 'instance')}`;

/** Warns that here, in some running instances, BURGEE_OVERRIDES decides and not what this page configures. */
export function OverriddenNote({ flag }: { flag: FlagDetail }) {
  const environment = useEnvironment();
  const [open, setOpen] = useState(false);
  const overridden = flag.overridden[environment.key];
  if (!overridden || overridden.instances === 0) return null;
  const more = overridden.instances - overridden.which.length;
  return (
    <Alert
      color="yellow"
      my="sm"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={`This flag is ${overriddenWords(overridden)} in ${environmentName(environment)}`}
    >
      There BURGEE_OVERRIDES decides, and not what is configured here.{' '}
      <Button size="compact-xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
        Which instances
      </Button>
      {open && (
        <List size="sm" mt="xs">
          {overridden.which.map((one) => (
            <List.Item key={one.instance}>
              {one.application || 'an unnamed program'} {one.version} at{' '}
              <span className="b-mono">{one.address}</span>, instance{' '}
              <span className="b-mono">{one.instance.slice(0, 12)}</span>
            </List.Item>
          ))}
          {more > 0 && <List.Item>and {count(more, 'more instance')}</List.Item>}
        </List>
      )}
    </Alert>
  );
}
