import { useState } from 'react';
import { ApiError } from '@/api/client';
import { giveCode } from '@/api/session';
import type { Session } from '@/api/types';
import { Field } from './field';
import { useSubmit } from './use-submit';

type Props = { pending: string; onSignedIn: (session: Session) => void; onAgain: () => void };

/** The second step of a sign-in: a code of the app, or a recovery code. */
export function GiveCode({ pending, onSignedIn, onAgain }: Props) {
  const [code, setCode] = useState('');
  const { submit, busy, fault, message } = useSubmit(() => giveCode({ pending, code }), onSignedIn);
  const over = fault instanceof ApiError && fault.status === 410;
  return (
    <form onSubmit={submit}>
      <h1>Enter your code</h1>
      <p className="door-note">
        The six digits that your app shows for Burgee. Without the app, use one of your recovery codes.
      </p>
      <Field
        label="Code"
        type="text"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
        autoFocus
      />
      {message && (
        <p className="door-fault" role="alert">
          {message}
        </p>
      )}
      {!over && (
        <button type="submit" className="door-button" disabled={busy || code === ''} aria-busy={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      )}
      <button type="button" className="door-show" onClick={onAgain}>
        Begin anew
      </button>
    </form>
  );
}
