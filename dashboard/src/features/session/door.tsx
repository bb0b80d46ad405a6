import './door.css';
import { useEffect, useState } from 'react';
import { words } from '@/api/client';
import type { Session } from '@/api/types';
import logo from '@/components/burgee.svg';
import { ComeBack, comeBack } from './come-back';
import { CreateOwner } from './create-owner';
import { GiveCode } from './give-code';
import { ProviderButton } from './provider-button';
import { SignIn } from './sign-in';
import { UseLink } from './use-link';

type Props = {
  /** Undefined when the server could not be asked. */
  session: Session | undefined;
  fault?: unknown;
  onRetry: () => void;
  onSignedIn: (session: Session) => void;
};

/** The page before the dashboard: first run, sign in, or why neither is possible. */
export function Door(props: Props) {
  const [back] = useState(comeBack);
  const [pending, setPending] = useState<string>();
  const onSignedIn = (session: Session) =>
    session.pending ? setPending(session.pending) : props.onSignedIn(session);
  useEffect(() => {
    document.title = 'Burgee';
  }, []);
  return (
    <main className="door">
      <div className="door-card">
        <div className="door-brand">
          <img src={logo} width={32} height={32} alt="" />
          <span>Burgee</span>
        </div>
        {pending ? (
          <GiveCode pending={pending} onSignedIn={onSignedIn} onAgain={() => setPending(undefined)} />
        ) : (
          <Inside {...props} back={back} onSignedIn={onSignedIn} />
        )}
      </div>
      {props.session && <p className="door-foot">Burgee {props.session.version}</p>}
    </main>
  );
}

type InsideProps = Props & { back: ReturnType<typeof comeBack> };

function Inside({ session, fault, back, onRetry, onSignedIn }: InsideProps) {
  if (!session) {
    return (
      <>
        <h1>Burgee did not answer</h1>
        <p role="alert">{words(fault)}</p>
        <button type="button" className="door-button" onClick={onRetry}>
          Retry
        </button>
      </>
    );
  }
  const link = linkToken();
  if (link) return <UseLink token={link} onSignedIn={onSignedIn} />;
  if (back) return <ComeBack back={back} onSignedIn={onSignedIn} />;
  if (session.ownerExists) return <Ways session={session} onSignedIn={onSignedIn} />;
  const token = setupToken();
  if (token) return <CreateOwner token={token} onSignedIn={onSignedIn} />;
  return (
    <>
      <h1>This server has no owner yet</h1>
      <p>
        Open the link that <code>burgee serve</code> printed (container: its log), or run{' '}
        <code>burgee user create-owner</code>.
      </p>
      <button type="button" className="door-button" onClick={onRetry}>
        I have done that
      </button>
    </>
  );
}

/** The ways in: the provider, if there is one; passwords where they count, and always at /signin?local. */
function Ways({ session, onSignedIn }: { session: Session; onSignedIn: (session: Session) => void }) {
  const provider = session.singleSignOn;
  const local = new URLSearchParams(window.location.search).has('local');
  if (!provider || local) return <SignIn session={session} onSignedIn={onSignedIn} />;
  return (
    <>
      <ProviderButton name={provider.name} />
      {provider.passwords === 'everybody' && <SignIn session={session} onSignedIn={onSignedIn} />}
    </>
  );
}

/** The token of an invitation, `/join#t=…`, or of a link that resets a password, `/reset#t=…`. */
function linkToken(): string | undefined {
  if (window.location.pathname !== '/join' && window.location.pathname !== '/reset') return undefined;
  return new URLSearchParams(window.location.hash.slice(1)).get('t') ?? undefined;
}

/** The one-time token of the printed link, `/start#t=…`; the fragment never reaches a server's log. */
function setupToken(): string | undefined {
  if (window.location.pathname !== '/start') return undefined;
  return new URLSearchParams(window.location.hash.slice(1)).get('t') ?? undefined;
}
