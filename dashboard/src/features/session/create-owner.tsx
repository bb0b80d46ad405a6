import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { createOwner } from '@/api/session';
import type { Session } from '@/api/types';
import { Field } from './field';
import { useSubmit } from './use-submit';

type Props = { token: string; onSignedIn: (session: Session) => void };

/** First run: the owner's e-mail and password, nothing else. */
export function CreateOwner({ token, onSignedIn }: Props) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const done = (session: Session) => {
    // The token is spent; the address must not keep it, nor send a reload back here.
    window.history.replaceState(null, '', '/');
    onSignedIn(session);
  };
  const { submit, busy, fault, message } = useSubmit(() => createOwner({ token, email, password }), done);
  const field = (name: string) => fieldFault(fault, name);
  const general = fault && !field('email') && !field('password') ? message : undefined;
  return (
    <form onSubmit={submit}>
      <h1>Create your account</h1>
      <p className="door-note">You will own this server. Nothing leaves it.</p>
      <Field
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        fault={field('email')}
        autoFocus
      />
      <Field
        label="Password"
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        fault={field('password')}
      />
      {general && (
        <p className="door-fault" role="alert">
          {general}
        </p>
      )}
      <button type="submit" className="door-button" disabled={busy} aria-busy={busy}>
        {busy ? 'Creating…' : 'Create account'}
      </button>
    </form>
  );
}
