import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { dayAfter } from '@/components/keep-flag';
import { json, on, problem, renderPage } from '../../../tests/render';

const state = (serving: string, servingKind: string) => ({
  configured: servingKind !== 'code',
  enabled: true,
  serving,
  servingKind,
  rollingOut: false,
  hourly: Array(24).fill(0),
});
const flag = (key: string) => ({
  key,
  type: 'boolean',
  description: '',
  tags: [],
  owner: '',
  kind: 'release',
  client: false,
  source: 'code',
  createdAt: 0,
  drift: [],
  stale: [] as { reason: string; since: number; words: string }[],
  variations: [
    { id: 'true', value: true },
    { id: 'false', value: false },
  ],
  environments: {
    production: state('true', 'variation'),
    development: state('code default false', 'code'),
  },
});
const list = '/projects/default/flags';
const page = '/p/default/e/production/flags';
const holiday = flag('Flags.isHoliday');
const detail = {
  ...holiday,
  seed: 's',
  configurations: { production: null, development: null },
  experiments: [],
  declarations: [],
  usedBy: [],
};

test('loading shows rows that are not there yet, and neither error nor empty', async () => {
  renderPage(
    page,
    on('GET', list, () => new Promise<Response>(() => {})),
  );
  expect(await screen.findByText('Loading')).toBeInstanceOf(HTMLElement);
  expect(screen.queryByText('No flags yet')).toBeNull();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('without flags it says where they come from and leads there', async () => {
  renderPage(page);
  expect(await screen.findByText('No flags yet')).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('link', { name: 'Connect an application' }).getAttribute('href')).toBe(
    '/p/default/connect?env=production',
  );
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a failed load is an error with its request, never an empty list', async () => {
  renderPage(
    page,
    on('GET', list, () => problem(403, 'x', 'Not for you.', [], { requestId: 'r-77' })),
  );
  expect((await screen.findByRole('alert')).textContent).toMatch(
    /could not be loaded.*Not for you.*r-77.*Retry/,
  );
  expect(screen.queryByText('No flags yet')).toBeNull();
});

test('a filter that nothing fits offers to clear it or to create the flag', async () => {
  renderPage(`${page}?q=payday`, on('GET', list, { items: [holiday] }));
  expect(await screen.findByText('No match for “payday”')).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('button', { name: 'Create payday' })).toBeInstanceOf(HTMLElement);
  await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
  expect(await screen.findByRole('table', { name: 'Flags' })).toBeInstanceOf(HTMLElement);
});

test('tabs count what they hold', async () => {
  renderPage(
    page,
    on('GET', list, (request: Request) => ({ items: request.url.includes('true') ? [] : [holiday] })),
  );
  expect(await screen.findByRole('tab', { name: 'All 1' })).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('tab', { name: 'New from code 0' })).toBeInstanceOf(HTMLElement);
});

test('a new flag that is on in production is one form', async () => {
  const { asked } = renderPage(
    page,
    on('POST', list, () => json(detail, 201)),
  );
  const [open] = await screen.findAllByRole('button', { name: 'New flag' });
  await userEvent.click(open as HTMLElement);
  const form = await screen.findByRole('form', { name: 'New flag' });
  await userEvent.type(within(form).getByLabelText('Name'), 'Flags.isHoliday');
  await userEvent.click(within(form).getByRole('radio', { name: 'true' }));
  await userEvent.click(within(form).getByRole('button', { name: 'Create, live in PRODUCTION' }));
  const post = asked.find((request) => request.method === 'POST');
  expect(await post?.json()).toMatchObject({
    key: 'Flags.isHoliday',
    type: 'boolean',
    environments: { production: { enabled: true, default: 'true' } },
  });
  await waitFor(() => expect(screen.queryByRole('form', { name: 'New flag' })).toBeNull());
});

test('a stale flag says why, and is archived once the programs that ask for it were seen', async () => {
  const since = 1_790_000_000_000;
  const words = 'has served true to everyone, wherever a program asked, since 2026-09-21';
  const old = { ...flag('Flags.old'), stale: [{ reason: 'one_variation', since, words }] };
  const program = {
    application: 'calendar',
    version: '1.4.0',
    environment: 'production',
    lastAt: since,
    evaluations: 3,
  };
  const { asked } = renderPage(
    `${page}?tab=stale`,
    on('GET', `${list}/Flags.old/asked-by`, { items: [program] }),
    on('POST', `${list}/Flags.old/archive`, { ...old, archivedAt: since }),
    on('GET', list, (request: Request) => ({
      items: request.url.includes('archived=true') ? [] : [holiday, old],
    })),
  );
  expect(await screen.findByText(words)).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('tab', { name: 'Stale 1' })).toBeInstanceOf(HTMLElement);
  await userEvent.click(screen.getByRole('button', { name: 'Archive Flags.old' }));
  expect(await screen.findByText(/calendar 1.4.0 in production/)).toBeInstanceOf(HTMLElement);
  const archive = screen.getByRole<HTMLButtonElement>('button', { name: 'Archive in every environment' });
  expect(archive.disabled).toBe(true);
  await userEvent.click(screen.getByRole('checkbox', { name: 'Leave 1 program with their own default' }));
  await userEvent.click(archive);
  const sent = () => asked.find((request) => request.method === 'POST');
  await expect.poll(sent).toBeDefined();
  expect(await sent()?.json()).toEqual({ force: true });
});

test('a stale flag is kept for ninety days or for good', async () => {
  const words = 'no program has asked for it since 2026-09-21';
  const old = { ...flag('Flags.old'), stale: [{ reason: 'not_asked', since: 1, words }] };
  const locked = { ...old, key: 'Flags.locked', managedBy: 'file' };
  const { asked } = renderPage(
    `${page}?tab=stale`,
    on('PATCH', `${list}/Flags.old`, old),
    on('GET', list, (request: Request) => ({
      items: request.url.includes('archived=true') ? [] : [old, locked],
    })),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Keep Flags.old' }));
  const dialog = await screen.findByRole('dialog', { name: 'Keep Flags.old?' });
  const ninety = within(dialog).getByRole<HTMLInputElement>('radio', { name: 'for 90 days' });
  expect(ninety.checked).toBe(true);
  expect(ninety.value).toBe(dayAfter(new Date(), 90));
  await userEvent.click(within(dialog).getByRole('radio', { name: 'for good' }));
  await userEvent.type(within(dialog).getByLabelText('Reason'), 'the switch for bad days');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Keep it' }));
  const sent = () => asked.find((request) => request.method === 'PATCH');
  await expect.poll(sent).toBeDefined();
  expect(new URL(sent()?.url ?? '').searchParams.get('comment')).toBe('the switch for bad days');
  expect(await sent()?.json()).toEqual({ keepUntil: 'always' });
  const keep = screen.getByRole('button', { name: 'Keep Flags.locked' });
  expect(keep.getAttribute('aria-disabled')).toBe('true');
  expect(keep.title).toMatch(/A file manages this flag/);
});

test('a new flag that looks like another is made all the same when somebody says so', async () => {
  const fault = { field: 'key', message: 'looks like Flags.isHoliday' };
  const refusal = () => problem(409, 'looks_like', 'flags.is_holiday looks like Flags.isHoliday.', [fault]);
  const forced = (request: Request) => new URL(request.url).searchParams.get('force') === 'true';
  const { asked } = renderPage(
    page,
    on('POST', list, (request: Request) => (forced(request) ? json(detail, 201) : refusal())),
  );
  const [open] = await screen.findAllByRole('button', { name: 'New flag' });
  await userEvent.click(open as HTMLElement);
  const form = await screen.findByRole('form', { name: 'New flag' });
  await userEvent.type(within(form).getByLabelText('Name'), 'flags.is_holiday');
  await userEvent.click(within(form).getByRole('button', { name: 'Create' }));
  await userEvent.click(
    await within(form).findByRole('button', { name: 'Create flags.is_holiday all the same' }),
  );
  const posts = () => asked.filter((request) => request.method === 'POST').map(forced);
  await expect.poll(posts).toEqual([false, true]);
});
