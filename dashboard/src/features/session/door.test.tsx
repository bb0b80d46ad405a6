import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '@/api/types';
import { json, on, serve, session } from '../../../tests/render';
import { Door } from './door';

const signedOut: Session = { ...session, signedIn: false, member: undefined };
const fresh: Session = { ...signedOut, ownerExists: false };
const open = (props: Partial<Parameters<typeof Door>[0]>) => {
  const onSignedIn = vi.fn();
  render(<Door session={signedOut} onRetry={() => {}} onSignedIn={onSignedIn} {...props} />);
  return onSignedIn;
};
const problem = (status: number, detail: string, errors: object[] = []) =>
  json({ title: 'Refused', status, detail, code: 'x', errors, requestId: 'r' }, status);

async function fill(button: string) {
  await userEvent.type(screen.getByLabelText('E-mail'), 'ann@corp.example');
  await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
  await userEvent.click(screen.getByRole('button', { name: button }));
}

beforeEach(() => window.history.replaceState(null, '', '/'));

test('signing in hands over the session', async () => {
  const asked = serve(on('POST', '/session', session));
  const onSignedIn = open({});
  await fill('Sign in');
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session));
  expect(await asked[0]?.json()).toEqual({ email: 'ann@corp.example', password: 'correct horse' });
});

test('a sign-in that waits asks for the code, and a sign-in that is over begins anew', async () => {
  const asked = serve(
    on('POST', '/session', { ...signedOut, pending: 'waits' }),
    on('POST', '/session/code', async (request: Request) => {
      const { code } = (await request.json()) as { code: string };
      if (code === '111111') return problem(401, 'The code is wrong.');
      return code === '222222' ? problem(410, 'This sign-in is done.') : session;
    }),
  );
  const onSignedIn = open({});
  await fill('Sign in');
  expect(onSignedIn).not.toHaveBeenCalled();
  const type = async (code: string) => {
    await userEvent.clear(await screen.findByLabelText('Code'));
    await userEvent.type(screen.getByLabelText('Code'), code);
    await userEvent.click(await screen.findByRole('button', { name: 'Sign in' }));
  };
  await type('111111');
  expect((await screen.findByRole('alert')).textContent).toBe('The code is wrong.');
  await type('333333');
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session));
  expect(await asked[2]?.json()).toEqual({ pending: 'waits', code: '333333' });
  await type('222222');
  expect((await screen.findByRole('alert')).textContent).toBe('This sign-in is done.');
  await userEvent.click(screen.getByRole('button', { name: 'Begin anew' }));
  expect(screen.getByLabelText('Password')).toBeInstanceOf(HTMLElement);
});

test('a wrong password is told in the server’s neutral words', async () => {
  serve(on('POST', '/session', () => problem(401, 'E-mail or password is not right.')));
  const onSignedIn = open({});
  await fill('Sign in');
  expect((await screen.findByRole('alert')).textContent).toContain('E-mail or password is not right.');
  expect(onSignedIn).not.toHaveBeenCalled();
});

test('too many attempts lock the button and say for how long', async () => {
  serve(
    on('POST', '/session', () => {
      const answer = problem(429, 'Too many attempts.');
      answer.headers.set('Retry-After', '30');
      return answer;
    }),
  );
  open({});
  await fill('Sign in');
  expect(await screen.findByText(/Too many attempts. Try again in \d+ s./)).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('button', { name: 'Sign in' })).toHaveProperty('disabled', true);
});

test('a server without an owner says how to become it', () => {
  open({ session: fresh });
  expect(screen.getByRole('heading').textContent).toBe('This server has no owner yet');
  expect(screen.getByRole('main').textContent).toContain('burgee user create-owner');
});

test('the printed link makes the owner and leaves no token in the address', async () => {
  window.history.replaceState(null, '', '/start#t=one-time');
  const asked = serve(on('POST', '/setup', () => json(session, 201)));
  const onSignedIn = open({ session: fresh });
  await fill('Create account');
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session));
  expect(await asked[0]?.json()).toMatchObject({ token: 'one-time' });
  expect(window.location.href).not.toContain('one-time');
});

test('the fault of a field stands at the field', async () => {
  window.history.replaceState(null, '', '/start#t=one-time');
  serve(
    on('POST', '/setup', () =>
      problem(422, 'The password is too short.', [
        { field: 'password', message: 'Use at least 12 characters.' },
      ]),
    ),
  );
  open({ session: fresh });
  await fill('Create account');
  expect(await screen.findByText('Use at least 12 characters.')).toBeInstanceOf(HTMLElement);
  expect(screen.getByLabelText('Password').getAttribute('aria-invalid')).toBe('true');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a server that does not answer is told, with a way to try again', async () => {
  const onRetry = vi.fn();
  open({ session: undefined, fault: new Error('No answer came.'), onRetry });
  expect(screen.getByRole('alert').textContent).toBe('No answer came.');
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(onRetry).toHaveBeenCalledOnce();
});

test('a password over an open network is warned of', () => {
  open({ session: { ...signedOut, loopback: false } });
  expect(screen.getByText(/not encrypted/)).toBeInstanceOf(HTMLElement);
});

const invitation = {
  id: 'l',
  kind: 'invitation',
  email: 'ben@corp.example',
  roles: ['viewer'],
  madeBy: 'ann@corp.example',
  createdAt: 1,
  expiresAt: 2,
};

test('an invitation asks for a password and leaves no token in the address', async () => {
  window.history.replaceState(null, '', '/join#t=one-time');
  const asked = serve(
    on('POST', '/links/read', invitation),
    on('POST', '/links/use', () => json(session, 201)),
  );
  const onSignedIn = open({});
  expect(await screen.findByText(/ann@corp.example invited you as ben@corp.example/)).toBeInstanceOf(
    HTMLElement,
  );
  await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
  await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session));
  expect(await asked[1]?.json()).toEqual({ token: 'one-time', password: 'correct horse' });
  expect(window.location.href).not.toContain('one-time');
});

test('a link that resets a password says so', async () => {
  window.history.replaceState(null, '', '/reset#t=one-time');
  serve(on('POST', '/links/read', { ...invitation, kind: 'reset' }));
  open({});
  expect(await screen.findByRole('button', { name: 'Set password' })).toBeInstanceOf(HTMLElement);
});

test('a link that was used says so and leads to the sign-in', async () => {
  window.history.replaceState(null, '', '/join#t=used');
  serve(on('POST', '/links/read', () => problem(410, 'This link has been used.')));
  open({});
  expect((await screen.findByRole('alert')).textContent).toBe('This link has been used.');
  expect(screen.getByRole('link', { name: 'Sign in' })).toBeInstanceOf(HTMLElement);
});

const withProvider: Session = { ...signedOut, singleSignOn: { name: 'Corp', passwords: 'owners' } };

test('single sign-on leads to the provider, and hides the password', async () => {
  const asked = serve(on('POST', '/sso/start', () => problem(503, 'Corp does not answer at the moment.')));
  open({ session: withProvider });
  expect(screen.queryByLabelText('Password')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Sign in with Corp' }));
  expect((await screen.findByRole('alert')).textContent).toBe('Corp does not answer at the moment.');
  expect(await asked[0]?.json()).toEqual({ link: false });
});

test('the password stays at /signin?local', () => {
  window.history.replaceState(null, '', '/signin?local');
  open({ session: withProvider });
  expect(screen.getByLabelText('Password')).toBeInstanceOf(HTMLElement);
});

test('the password stays beside the provider where it counts for everybody', () => {
  open({ session: { ...signedOut, singleSignOn: { name: 'Corp', passwords: 'everybody' } } });
  expect(screen.getByLabelText('Password')).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('button', { name: 'Sign in with Corp' })).toBeInstanceOf(HTMLElement);
});

test('what the provider sends back is sent once and leaves the address', async () => {
  window.history.replaceState(null, '', '/signin/callback?state=s&code=c');
  const asked = serve(on('POST', '/sso/finish', session));
  const onSignedIn = open({ session: withProvider });
  await waitFor(() => expect(onSignedIn).toHaveBeenCalledWith(session));
  expect(asked).toHaveLength(1);
  expect(await asked[0]?.json()).toEqual({ state: 's', code: 'c' });
  expect(window.location.href).not.toContain('code');
});

test('a sign-in that the provider refused says so', async () => {
  window.history.replaceState(null, '', '/signin/callback?state=s&error=access_denied');
  serve(on('POST', '/sso/finish', () => problem(401, 'Corp did not sign you in.')));
  open({ session: withProvider });
  expect((await screen.findByRole('alert')).textContent).toBe('Corp did not sign you in.');
  expect(screen.getByRole('link', { name: 'Begin anew' })).toBeInstanceOf(HTMLElement);
});
