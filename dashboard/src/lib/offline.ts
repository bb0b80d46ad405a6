import { useSyncExternalStore } from 'react';

/**
 * Whether the server answers at all. A lost live stream alone is not offline: a proxy may cut streams and
 * let everything else through. `watchOffline` asks while the stream is lost.
 */
export type Reach = { state: 'online' | 'offline'; since: number };

let current: Reach = { state: 'online', since: Date.now() };
const listeners = new Set<() => void>();

function move(state: Reach['state'], since: number) {
  if (current.state === state) return;
  current = { state, since };
  for (const listener of listeners) listener();
}

export type Probe = () => Promise<unknown>;
const every = 3000;

/**
 * Asks by `probe` every three seconds until stopped, and tells offline from the second failure on.
 * `onAnswer` is called for each answer: without a stream that is how the page stays fresh.
 */
export function watchOffline(probe: Probe, lostSince: number, onAnswer: () => void): () => void {
  let stopped = false;
  let failures = 0;
  const ask = async () => {
    if (document.visibilityState === 'hidden') return;
    try {
      await probe();
      if (stopped) return;
      failures = 0;
      move('online', Date.now());
      onAnswer();
    } catch {
      failures += 1;
      if (!stopped && failures >= 2) move('offline', lostSince);
    }
  };
  void ask();
  const timer = setInterval(ask, every);
  return () => {
    stopped = true;
    clearInterval(timer);
    move('online', Date.now());
  };
}

/** Online or offline, and since when. */
export function useReach(): Reach {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
