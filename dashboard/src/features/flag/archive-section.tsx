import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { FlagDetail } from '@/api/types';
import { ArchiveFlag } from '@/components/archive-flag';
import { kindWords, ObjectLink } from '@/components/history/links';
import { RestoreButton } from './restore-button';

/** Archive or restore, and what uses the flag, before the click. */
export function ArchiveSection({ flag }: { flag: FlagDetail }) {
  const [asking, setAsking] = useState(false);
  return (
    <section aria-label="Archive">
      <h2 style={{ fontSize: 15, margin: '0 0 4px' }}>
        {flag.archivedAt === undefined ? 'Archive' : 'Archived'}
      </h2>
      <UsedBy flag={flag} />
      {flag.archivedAt !== undefined ? (
        <RestoreButton flag={flag} />
      ) : (
        <Button size="xs" variant="outline" color="red" mt="xs" onClick={() => setAsking(true)}>
          Archive this flag
        </Button>
      )}
      {asking && <ArchiveFlag flag={flag.key} onClose={() => setAsking(false)} />}
    </section>
  );
}

function UsedBy({ flag }: { flag: FlagDetail }) {
  if (flag.usedBy.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No other flag, target group or experiment uses it.
      </Text>
    );
  }
  return (
    <Text size="sm" component="div">
      Used by{' '}
      {flag.usedBy.map((use, index) => (
        <span key={`${use.kind} ${use.key} ${use.environment ?? ''}`}>
          {index > 0 && ', '}
          {kindWords[use.kind] ?? use.kind}{' '}
          <ObjectLink kind={use.kind} object={use.key} environment={use.environment} />
          {use.environment && ` in ${use.environment}`}
        </span>
      ))}
      .
    </Text>
  );
}
