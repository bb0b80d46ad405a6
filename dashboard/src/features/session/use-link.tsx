import { useEffect, useState } from 'react';
import { ApiError, fieldFault, words } from '@/api/client';
import { acceptLink, readLink } from '@/api/session';
import type { Link, Session } from '@/api/types';
import { Field } from './field';
import { useSubmit } from './use-submit';

type Props = { token: string; onSignedIn: (session: Session) => void };
type Asked = { link?: Link; fault?: unknown };

/** Makes the account, or sets the password, that a link is for. */
export function UseLink({ token, onSignedIn }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` asks once more
  useEffect(() => {
    let gone = false;
    setAsked(undefined);
    readLink(token)
      .then((link) => gone || setAsked({ link }))
      .catch((fault: unknown) => gone || setAsked({ fault }));
    return () => {
      gone = true;
    };
  }, [token, again]);
  if (!asked) {
    return (
      <>
        <h1>One moment</h1>
        <p aria-busy="true">Reading the link…</p>
      </>
    );
  }
  if (!asked.link) return <Unusable fault={asked.fault} onRetry={() => setAgain(again + 1)} />;
  return <Choose token={token} link={asked.link} onSignedIn={onSignedIn} />;
}

/** Why the link does not work, and the way on. */
function Unusable({ fault, onRetry }: { fault: unknown; onRetry: () => void }) {
  const over = fault instanceof ApiError && fault.status === 410;
  return (
    <>
      <h1>{over ? 'This link does not work any more' : 'The link could not be read'}</h1>
      <p role="alert">{words(fault)}</p>
      {over ? (
        <a href="/">Sign in</a>
      ) : (
        <button type="button" className="door-button" onClick={onRetry}>
          Retry
        </button>
      )}
    </>
  );
}

function Choose({ token, link, onSignedIn }: { token: string; link: Link } & Pick<Props, 'onSignedIn'>) {
  const joins = link.kind === 'invitation';
  const [password, setPassword] = useState('');
  const done = (session: Session) => {
    // The token is spent; the address must not keep it, nor send a reload back here.
    window.history.replaceState(null, '', '/');
    onSignedIn(session);
  };
  const { submit, busy, fault, message } = useSubmit(() => acceptLink({ token, password }), done);
  const field = fieldFault(fault, 'password');
  return (
    <form onSubmit={submit}>
      <h1>{joins ? 'Create your account' : 'Choose another password'}</h1>
      <p className="door-note">
        {joins ? `${link.madeBy} invited you` : 'The password'} {joins ? 'as' : 'of'} {link.email}.
        {joins ? ' Choose a password to join.' : ' All your sign-ins end.'}
      </p>
      <input type="email" name="email" autoComplete="username" value={link.email} readOnly hidden />
      <Field
        label="Password"
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        fault={field}
        autoFocus
      />
      {fault !== undefined && !field && (
        <p className="door-fault" role="alert">
          {message}
        </p>
      )}
      <button type="submit" className="door-button" disabled={busy} aria-busy={busy}>
        {busy ? 'One moment…' : joins ? 'Create account' : 'Set password'}
      </button>
    </form>
  );
}
