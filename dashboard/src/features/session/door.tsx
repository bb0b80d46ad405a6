import './door.css';
import { useEffect } from 'react';
import { words } from '@/api/client';
import type { Session } from '@/api/types';
import logo from '@/components/burgee.svg';
import { CreateOwner } from './create-owner';
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
        <Inside {...props} />
      </div>
      {props.session && <p className="door-foot">Burgee {props.session.version}</p>}
    </main>
  );
}

function Inside({ session, fault, onRetry, onSignedIn }: Props) {
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
  if (session.ownerExists) return <SignIn session={session} onSignedIn={onSignedIn} />;
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
