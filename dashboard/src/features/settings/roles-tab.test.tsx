import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { json, on, renderPage, renderWith } from '../../../tests/render';

const duty = { name: 'duty', description: 'On duty', actions: ['read', 'off'], builtIn: false };
const viewer = { name: 'viewer', actions: ['read'], builtIn: true };
const base = [
  on('GET', '/roles', { items: [viewer, duty] }),
  on('GET', '/links', { items: [] }),
  on('GET', '/tokens', { items: [] }),
];

test('a role is made of the actions that are ticked', async () => {
  const { asked } = renderPage(
    '/settings?tab=roles',
    ...base,
    on('PUT', '/roles/night', () => json({ ...duty, name: 'night' })),
  );
  expect(await screen.findByText(/switch off, stop and undo at once/)).toBeInstanceOf(HTMLElement);
  fireEvent.click(screen.getByText('New role'));
  fireEvent.change(await screen.findByLabelText(/^Name/), { target: { value: 'duty' } });
  expect(await screen.findByText('There is a role of this name.')).toBeInstanceOf(HTMLElement);
  fireEvent.change(screen.getByLabelText(/^Name/), { target: { value: 'night' } });
  fireEvent.click(screen.getByLabelText('switch off, stop and undo at once'));
  fireEvent.click(screen.getByText('Save role'));
  await expect.poll(() => asked.find((request) => request.method === 'PUT')).toBeTruthy();
  expect(await asked.find((request) => request.method === 'PUT')?.json()).toEqual({
    actions: ['read', 'off'],
    description: '',
  });
});

test('a role that somebody has is not deleted: the page says who has it', async () => {
  const ben = { id: '2', email: 'ben@corp.example', roles: ['duty@default/production'] };
  renderPage('/settings?tab=roles', ...base, on('GET', '/members', { items: [ben] }));
  fireEvent.click(await screen.findByLabelText('Delete the role duty'));
  expect(await screen.findByText('ben@corp.example: duty in default/production')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText('Delete role').closest('button')?.disabled).toBe(true);
});

test('who may not make roles can reach the button and hears why it does nothing', async () => {
  renderWith([{ place: 'default', actions: ['read'] }], '/settings?tab=roles', ...base);
  await screen.findByText('On duty');
  const button = screen.getByText('New role').closest('button') as HTMLElement;
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.hasAttribute('disabled')).toBe(false);
  const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '');
  expect(reason?.textContent).toContain('You may not make roles');
  fireEvent.click(button);
  expect(screen.queryByText('Save role')).toBeNull();
});
