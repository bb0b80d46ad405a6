import { useEffect, useState } from 'react';
import { words } from '@/api/client';
import { finishSSO } from '@/api/session';
import type { Session } from '@/api/types';

type Back = { state: string; code?: string; error?: string };

/** What the provider sent the browser back with, `/signin/callback?state=…`. */
export function comeBack(): Back | undefined {
  if (window.location.pathname !== '/signin/callback') return undefined;
  const query = new URLSearchParams(window.location.search);
  const part = (name: string) => query.get(name) ?? undefined;
  return { state: query.get('state') ?? '', code: part('code'), error: part('error') };
}

/** Ends a sign-in with the provider. What came back works once, so it is sent once. */
export function ComeBack({ back, onSignedIn }: { back: Back; onSignedIn: (session: Session) => void }) {
  const [fault, setFault] = useState<unknown>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is sent once
  useEffect(() => {
    window.history.replaceState(null, '', '/');
    finishSSO(back).then(onSignedIn).catch(setFault);
  }, []);
  if (fault === undefined) {
    return (
      <>
        <h1>One moment</h1>
        <p aria-busy="true">Signing in…</p>
      </>
    );
  }
  return (
    <>
      <h1>You are not signed in</h1>
      <p role="alert">{words(fault)}</p>
      <a href="/">Begin anew</a>
    </>
  );
}
