import { act, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { change, flagServer } from '../../tests/flag-fixture';
import { on, renderPage } from '../../tests/render';

class Source {
  static readonly CLOSED = 2;
  static last: Source | undefined;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    Source.last = this;
  }
  close() {}
}

// The hub of a project, and with it its source, lives as long as the page.
beforeEach(() => {
  vi.stubGlobal('EventSource', Source);
});

const publish = (actor: string) =>
  JSON.stringify({
    type: 'revision',
    environment: 'production',
    revision: 813,
    actor,
    sentences: ['Flags.isHoliday in production: 25 % → 50 %'],
  });

test("someone else's publish is asked for again and told, with a link; one's own is not told", async () => {
  const { asked } = renderPage('/p/default/e/production/flags');
  await screen.findByText('No flags yet');
  await waitFor(() => expect(Source.last).toBeDefined());
  const lists = () => asked.filter((request) => request.url.includes('/flags?archived=false')).length;
  const before = lists();
  act(() => Source.last?.onmessage?.({ data: publish('ann@corp.example') }));
  await waitFor(() => expect(lists()).toBe(before + 1));
  expect(screen.queryByText(/published revision/)).toBeNull();
  act(() => Source.last?.onmessage?.({ data: publish('ben@corp.example') }));
  expect(await screen.findByText('ben@corp.example published revision 813 to production')).toBeInstanceOf(
    HTMLElement,
  );
  expect(screen.getByRole('link', { name: 'Show' }).getAttribute('href')).toBe(
    '/p/default/e/production/audit',
  );
});

test('a receipt that moves is asked for again, one that all have applied is not', async () => {
  const receipts = (revision: number, state: string, applied: number) =>
    on('GET', `/projects/default/environments/production/revisions/${revision}/receipts`, {
      revision,
      state,
      expected: 2,
      applied,
      stale: 0,
      staleInstances: [],
    });
  const { asked } = renderPage(
    '/p/default/e/production/audit',
    on('GET', '/projects/default/changes/verify', { ok: true, checked: 2 }),
    on('GET', '/projects/default/changes', {
      items: [
        change({ id: 8, revisions: { production: 814 }, requestId: 'r8' }),
        change({ id: 7, revisions: { production: 813 } }),
      ],
    }),
    receipts(814, 'waiting', 1),
    receipts(813, 'applied', 2),
  );
  await screen.findByText('applied by 2 of 2 instances');
  await screen.findByText('applied by 1 of 2 instances, waiting for the others');
  await waitFor(() => expect(Source.last).toBeDefined());
  const times = (revision: number) =>
    asked.filter((request) => request.url.endsWith(`/${revision}/receipts`)).length;
  const before = times(814);
  const settled = times(813);
  act(() => Source.last?.onmessage?.({ data: JSON.stringify({ type: 'receipts' }) }));
  await waitFor(() => expect(times(814)).toBeGreaterThan(before));
  expect(times(813)).toBe(settled);
});

test('a rollout that somebody paused is asked for again', async () => {
  const { asked } = renderPage('/p/default/e/production/flags/Flags.isHoliday', ...flagServer().handlers);
  await screen.findByRole('button', { name: 'Roll out gradually…' });
  await waitFor(() => expect(Source.last).toBeDefined());
  const times = () => asked.filter((request) => request.url.includes('/rollouts?')).length;
  const before = times();
  act(() => Source.last?.onmessage?.({ data: JSON.stringify({ type: 'requests' }) }));
  await waitFor(() => expect(times()).toBe(before + 1));
});
