import { Alert } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { FlagDetail } from '@/api/types';

/** Says that a file alone changes this flag, and where that file is. */
export function ManagedNote({ flag }: { flag: FlagDetail }) {
  if (flag.managedBy !== 'file') return null;
  return (
    <Alert
      color="gray"
      my="sm"
      icon={<IconLock size={18} aria-hidden />}
      title="This flag is managed by a file"
    >
      {flag.managedIn && (
        <>
          It is in <span className="b-mono">{flag.managedIn}</span>.{' '}
        </>
      )}
      Change it there: burgee apply brings it here. Off and On work here too.
    </Alert>
  );
}
