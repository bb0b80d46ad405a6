import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { words } from '@/api/client';
import { receiptQuery } from '@/api/receipts';
import type { Receipt } from '@/api/types';
import { useProject } from '@/components/project-context';
import { useNow } from '@/lib/use-now';
import { useSeen } from '@/lib/use-seen';
import classes from './receipt.module.css';
import { StaleList } from './stale-list';
import { receiptWords } from './words';

type Props = {
  environment: string;
  revision: number;
  /** Stands before the sentence, where a line speaks of one of several environments. */
  name?: string;
  /** Reads each change of the numbers out. */
  announced?: boolean;
};

/** How far a revision has come: a bar, a sentence, and who is stale. Asked for when it is in view. */
export function ReceiptLine({ environment, revision, name, announced }: Props) {
  const project = useProject();
  const place = useRef<HTMLDivElement>(null);
  const seen = useSeen(place);
  const query = useQuery({ ...receiptQuery(project.key, environment, revision), enabled: seen });
  return (
    <div ref={place} className={classes.line}>
      {name && <span>{name}:</span>}
      {query.data && <Shown receipt={query.data} announced={announced} />}
      {!query.data && !query.isError && (
        <span aria-busy={seen}>{seen ? 'asking who has applied it…' : '…'}</span>
      )}
      {!query.data && query.isError && (
        <>
          <span>Who has applied it could not be asked: {words(query.error)}</span>
          <Button size="compact-xs" variant="default" onClick={() => query.refetch()}>
            Retry
          </Button>
        </>
      )}
    </div>
  );
}

function Shown({ receipt, announced }: { receipt: Receipt; announced: boolean | undefined }) {
  const now = useNow();
  const [open, setOpen] = useState(false);
  return (
    <>
      {receipt.expected > 0 && <Bar receipt={receipt} />}
      <Text span inherit role={announced ? 'status' : undefined} data-state={receipt.state}>
        {receiptWords(receipt, now)}
      </Text>
      {receipt.staleInstances.length > 0 && (
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          aria-label={`Which instances are stale at revision ${receipt.revision}`}
        >
          Which
        </Button>
      )}
      {open && <StaleList receipt={receipt} />}
    </>
  );
}

/** Applied, stale and waiting as shares of a bar; the sentence beside it says the same. */
function Bar({ receipt }: { receipt: Receipt }) {
  const share = (n: number) => ({ width: `${(100 * n) / Math.max(receipt.expected, 1)}%` });
  return (
    <span className={classes.bar} aria-hidden>
      <span className={classes.applied} style={share(receipt.applied)} />
      <span className={classes.stale} style={share(receipt.stale)} />
    </span>
  );
}
