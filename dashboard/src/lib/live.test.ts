import { waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LiveMessage } from '@/api/types';
import { LiveHub } from './live';

class FakeSource {
  static readonly CLOSED = 2;
  static made: FakeSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  close() {
    this.readyState = 2;
  }
}

/** One lock, as the browser's: the next in the queue gets it when the holder's promise settles. */
function fakeLocks() {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    request: (_: string, options: { signal: AbortSignal }, hold: () => Promise<void>) => {
      const turn = tail.then(() => (options.signal.aborted ? undefined : hold()));
      tail = turn.catch(() => {});
      return turn;
    },
  };
}

const revision: LiveMessage = {
  type: 'revision',
  environment: 'production',
  revision: 813,
  actor: 'ann',
  sentences: ['x'],
};
const soon = () => new Promise((done) => setTimeout(done, 20));

describe('the live hub', () => {
  const hubs: LiveHub[] = [];
  const open = () => {
    const hub = new LiveHub('default');
    hubs.push(hub);
    return hub;
  };

  beforeEach(() => {
    FakeSource.made = [];
    vi.stubGlobal('EventSource', FakeSource);
    Object.defineProperty(navigator, 'locks', { value: fakeLocks(), configurable: true });
  });
  afterEach(() => {
    for (const hub of hubs.splice(0)) hub.close();
    vi.unstubAllGlobals();
    Reflect.deleteProperty(navigator, 'locks');
    Object.defineProperty(document, 'visibilityState', { value: 'visible', configurable: true });
  });

  test('of several tabs one reads the stream and the others hear it', async () => {
    const first = open();
    const second = open();
    await soon();
    expect(FakeSource.made).toHaveLength(1);
    const heard: string[] = [];
    first.listen((message) => heard.push(`first ${message.type}`));
    second.listen((message) => heard.push(`second ${message.type}`));
    FakeSource.made[0]?.onopen?.();
    FakeSource.made[0]?.onmessage?.({ data: JSON.stringify(revision) });
    await waitFor(() => expect(heard.sort()).toEqual(['first revision', 'second revision']));
    expect(second.state().state).toBe('open');
  });

  test('when the reading tab closes another one takes over', async () => {
    const first = open();
    open();
    await soon();
    first.close();
    await soon();
    expect(FakeSource.made).toHaveLength(2);
    expect(FakeSource.made[0]?.readyState).toBe(2);
  });

  test('a broken connection is told as lost, and as open when it is back', async () => {
    const hub = open();
    await soon();
    FakeSource.made[0]?.onopen?.();
    expect(hub.state().state).toBe('open');
    FakeSource.made[0]?.onerror?.();
    expect(hub.state().state).toBe('lost');
    FakeSource.made[0]?.onopen?.();
    expect(hub.state().state).toBe('open');
  });

  test('without locks a tab reads for itself only while it is looked at', async () => {
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    const look = (state: string) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const hub = open();
    expect(FakeSource.made).toHaveLength(1);
    FakeSource.made[0]?.onopen?.();
    look('hidden');
    expect(FakeSource.made[0]?.readyState).toBe(2);
    expect(hub.state().state).toBe('lost');
    look('visible');
    expect(FakeSource.made).toHaveLength(2);
  });

  test('what is not a message it knows is left alone', async () => {
    const hub = open();
    await soon();
    const heard: unknown[] = [];
    hub.listen((message) => heard.push(message));
    FakeSource.made[0]?.onmessage?.({ data: 'not json' });
    FakeSource.made[0]?.onmessage?.({ data: '{"type":"weather"}' });
    expect(heard).toEqual([]);
  });
});
