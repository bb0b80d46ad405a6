import { useCallback, useEffect, useState } from 'react';
import { createKey, revokeKey } from '@/api/keys';
import type { KeyKind, NewKey } from '@/api/types';
import { absolute } from '@/lib/time';

export type PageKey = {
  key: NewKey | undefined;
  error: unknown;
  /** Makes another key; the one before stays if it was used. */
  renew: () => void;
};

/**
 * The key that the snippets hold: made when the page opens, taken away again when it closes unused. The
 * server decides what "unused" is, so that a program that has just connected keeps its key.
 */
export function usePageKey(project: string, environment: string, kind: KeyKind): PageKey {
  const [key, setKey] = useState<NewKey>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  const renew = useCallback(() => setRound((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round makes a new key
  useEffect(() => {
    let closed = false;
    let made: NewKey | undefined;
    const drop = () => {
      if (!made) return;
      const { id } = made;
      made = undefined;
      // A used key stays, which the server says with an error; nobody is left to read it.
      revokeKey(project, environment, id, { ifUnused: true, keepalive: true }).catch(() => {});
    };
    setKey(undefined);
    setError(undefined);
    const name = `Connect page, ${absolute(Date.now()).slice(0, 16)}`;
    createKey(project, environment, { kind, name }).then(
      (answer) => {
        made = answer;
        if (closed) drop();
        else setKey(answer);
      },
      (fault: unknown) => {
        if (!closed) setError(fault);
      },
    );
    // Back from the browser's page cache the key is gone: make another.
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) renew();
    };
    window.addEventListener('pagehide', drop);
    window.addEventListener('pageshow', shown);
    return () => {
      closed = true;
      window.removeEventListener('pagehide', drop);
      window.removeEventListener('pageshow', shown);
      drop();
    };
  }, [project, environment, kind, round, renew]);

  return { key, error, renew };
}
