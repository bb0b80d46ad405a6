import { useEffect, useState } from 'react';
import { ApiError } from '@/api/client';
import { signIn } from '@/api/session';
import type { Session } from '@/api/types';
import { Field } from './field';
import { useSubmit } from './use-submit';

/** E-mail and password of someone who has an account. */
export function SignIn({
  session,
  onSignedIn,
}: {
  session: Session;
  onSignedIn: (session: Session) => void;
}) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { submit, busy, fault, message } = useSubmit(() => signIn({ email, password }), onSignedIn);
  const wait = useCountdown(
    fault instanceof ApiError && fault.status === 429 ? fault.retryAfterMs : undefined,
  );
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        autoFocus
      />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      {message && (
        <p className="door-fault" role="alert">
          {message} {wait > 0 && `Try again in ${wait} s.`}
        </p>
      )}
      {!session.encrypted && !session.loopback && (
        <p className="door-note">
          This connection is not encrypted: others on the network could read the password. Serve Burgee over
          TLS.
        </p>
      )}
      <button type="submit" className="door-button" disabled={busy || wait > 0} aria-busy={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}

/** Whole seconds that are left of `ms`, counted anew for each new value. */
function useCountdown(ms: number | undefined): number {
  const [until, setUntil] = useState(0);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setUntil(ms ? Date.now() + ms : 0);
    setNow(Date.now());
    if (!ms) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [ms]);
  return Math.max(0, Math.ceil((until - now) / 1000));
}
