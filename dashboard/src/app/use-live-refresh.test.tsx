import { act, screen } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { renderPage } from '../../tests/render';

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

beforeEach(() => {
  Source.last = undefined;
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
  await vi.waitFor(() => expect(Source.last).toBeDefined());
  const lists = () => asked.filter((request) => request.url.includes('/flags?archived=false')).length;
  const before = lists();
  act(() => Source.last?.onmessage?.({ data: publish('ann@corp.example') }));
  await vi.waitFor(() => expect(lists()).toBe(before + 1));
  expect(screen.queryByText(/published revision/)).toBeNull();
  act(() => Source.last?.onmessage?.({ data: publish('ben@corp.example') }));
  expect(await screen.findByText('ben@corp.example published revision 813 to production')).toBeInstanceOf(
    HTMLElement,
  );
  expect(screen.getByRole('link', { name: 'Show' }).getAttribute('href')).toBe(
    '/p/default/e/production/audit',
  );
});
