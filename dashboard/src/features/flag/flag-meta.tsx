import { Alert, Badge, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { FlagDetail } from '@/api/types';
import { ObjectLink } from '@/components/history/links';
import { useEnvironment } from '@/components/project-context';
import { StaleActions } from '@/components/stale-actions';
import { Time } from '@/components/time';
import { valueText } from '@/lib/names';
import classes from './flag.module.css';
import { KeptNote } from './kept-note';

/** What a flag is, on one line, and a warning where programs declare it differently. */
export function FlagMeta({ flag }: { flag: FlagDetail }) {
  const environment = useEnvironment();
  const last = flag.environments[environment.key]?.lastChange;
  return (
    <>
      <div className={classes.meta}>
        {flag.source === 'code' && (
          <Badge variant="light" color="gray" tt="none">
            from code
          </Badge>
        )}
        {flag.kind && <span>{flag.kind}</span>}
        {flag.owner && <span>owner {flag.owner}</span>}
        {flag.expires && <span>to be removed by {flag.expires}</span>}
        {flag.client && (
          <Badge variant="light" color="orange" tt="none">
            client keys see it
          </Badge>
        )}
        {(flag.tags ?? []).map((tag) => (
          <Badge key={tag} variant="light" color="navy" tt="none">
            {tag}
          </Badge>
        ))}
        {flag.codeDefault !== undefined && (
          <Text size="sm" c="dimmed">
            the program's own default is <code>{valueText(flag.codeDefault as never)}</code>
          </Text>
        )}
        {last && (
          <Text size="sm" c="dimmed">
            last changed here by {last.actor}, <Time at={last.at} />
            {last.revision !== undefined && ` (revision ${last.revision})`}
          </Text>
        )}
      </div>
      {flag.stale.length > 0 && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            Stale: {flag.stale.map((reason) => reason.words).join('; ')}.
          </Text>
          <StaleActions flag={flag} />
        </Group>
      )}
      <KeptNote flag={flag} />
      {flag.looksLike && (
        <Text size="sm" component="div">
          Looks like{' '}
          {flag.looksLike.map((key, index) => (
            <span key={key}>
              {index > 0 && ', '}
              <ObjectLink kind="flag" object={key} environment={environment.key} />
            </span>
          ))}
          : programs tell them apart.
        </Text>
      )}
      {(flag.drift ?? []).length > 0 && (
        <Alert
          color="yellow"
          mt="xs"
          p="xs"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="Programs declare this flag differently"
        >
          {(flag.drift ?? []).map((line) => (
            <div key={line}>{line}</div>
          ))}
        </Alert>
      )}
    </>
  );
}
