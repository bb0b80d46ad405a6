import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { isHoliday } from '../../../tests/flag-fixture';
import { on, renderPage } from '../../../tests/render';

const list = '/projects/default/flags';

test('a row says who manages the flag and what it looks like', async () => {
  const managed = {
    ...isHoliday,
    managedBy: 'file',
    managedIn: 'git.corp.example/flags',
    looksLike: ['flags.is_holiday'],
  };
  renderPage('/p/default/e/production/flags', on('GET', list, { items: [managed] }));
  expect(
    await screen.findByRole('img', { name: 'Managed by a file, git.corp.example/flags' }),
  ).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('link', { name: 'Looks like flags.is_holiday' }).getAttribute('href')).toBe(
    '/p/default/e/production/flags/flags.is_holiday',
  );
});

test('a flag that archived itself says why', async () => {
  const archivedReason = 'no program has asked for it since 2026-10-20, and nobody has configured it';
  const gone = { ...isHoliday, archivedAt: 5, archivedReason };
  renderPage('/p/default/e/production/flags?tab=archived', on('GET', list, { items: [gone] }));
  const mark = await screen.findByText('by Burgee');
  expect(mark.textContent).toBe(`by Burgee: ${archivedReason}`);
});
