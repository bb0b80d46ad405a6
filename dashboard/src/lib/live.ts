import { useSyncExternalStore } from 'react';
import type { LiveMessage } from '@/api/types';

/**
 * One stream per browser: the tab that holds a Web Lock reads the server's events and shares them with the
 * others by BroadcastChannel, since browsers allow six connections per host over HTTP/1.1. Where locks are
 * missing (plain http to another host) every tab reads for itself, as long as it is looked at.
 */
export type LiveState = { state: 'connecting' | 'open' | 'lost'; since: number };

type Shared =
  | { kind: 'message'; message: LiveMessage }
  | { kind: 'state'; state: LiveState }
  | { kind: 'hello' };

const types = new Set(['revision', 'presence', 'counts', 'keys', 'receipts', 'requests']);

function decode(text: string): LiveMessage | undefined {
  try {
    const message = JSON.parse(text) as LiveMessage;
    return types.has(message.type) ? message : undefined;
  } catch {
    return undefined;
  }
}

export class LiveHub {
  private readonly listeners = new Set<(message: LiveMessage) => void>();
  private readonly watchers = new Set<() => void>();
  private readonly channel: BroadcastChannel | undefined;
  private readonly stopped = new AbortController();
  private source: EventSource | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private current: LiveState = { state: 'connecting', since: Date.now() };

  constructor(private readonly project: string) {
    const name = `burgee-live-${project}`;
    if (typeof BroadcastChannel !== 'undefined') {
      this.channel = new BroadcastChannel(name);
      this.channel.onmessage = (event: MessageEvent<Shared>) => this.hear(event.data);
    }
    if (this.channel && navigator.locks) this.queueForLock(name);
    else this.readWhileSeen();
  }

  private readWhileSeen() {
    const look = () => {
      if (document.visibilityState === 'hidden') this.pause();
      else if (!this.source) this.open();
    };
    document.addEventListener('visibilitychange', look, { signal: this.stopped.signal });
    look();
  }

  private pause() {
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.retry);
    // Whoever looks again must ask again for what was missed meanwhile.
    this.move('lost');
  }

  private queueForLock(name: string) {
    this.share({ kind: 'hello' });
    const hold = () =>
      new Promise<void>((release) => {
        this.stopped.signal.addEventListener('abort', () => release());
        this.open();
      });
    navigator.locks.request(name, { signal: this.stopped.signal }, hold).catch(() => {
      // Refused only because this hub was closed while it waited.
    });
  }

  private open() {
    if (this.stopped.signal.aborted) return;
    const source = new EventSource(`/api/v1/projects/${encodeURIComponent(this.project)}/live`);
    this.source = source;
    source.onopen = () => {
      this.failures = 0;
      this.move('open');
    };
    source.onmessage = (event: MessageEvent<string>) => {
      const message = decode(event.data);
      if (!message) return;
      this.tell(message);
      this.share({ kind: 'message', message });
    };
    source.onerror = () => {
      this.move('lost');
      // While it is CONNECTING the browser tries again by itself; CLOSED is final (a proxy's 502, a 401).
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      this.failures += 1;
      const wait = Math.min(30_000, 1000 * 2 ** Math.min(this.failures, 5)) * (0.75 + Math.random() / 2);
      this.retry = setTimeout(() => this.open(), wait);
    };
  }

  private hear(shared: Shared) {
    if (shared.kind === 'message') this.tell(shared.message);
    else if (shared.kind === 'state' && !this.source) this.set(shared.state);
    else if (shared.kind === 'hello' && this.source) this.share({ kind: 'state', state: this.current });
  }

  private move(state: LiveState['state']) {
    if (this.current.state === state) return;
    this.set({ state, since: Date.now() });
    this.share({ kind: 'state', state: this.current });
  }

  private set(state: LiveState) {
    this.current = state;
    for (const watcher of this.watchers) watcher();
  }

  private tell(message: LiveMessage) {
    for (const listener of this.listeners) listener(message);
  }

  private share(shared: Shared) {
    if (!this.stopped.signal.aborted) this.channel?.postMessage(shared);
  }

  readonly state = () => this.current;

  readonly watch = (watcher: () => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Calls `listener` with each message until the returned function is called. */
  readonly listen = (listener: (message: LiveMessage) => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  close() {
    this.source?.close();
    clearTimeout(this.retry);
    this.stopped.abort();
    this.channel?.close();
  }
}

let hub: { project: string; hub: LiveHub } | undefined;

/** The hub of a project; another project's hub is closed first. */
export function liveHub(project: string): LiveHub {
  if (hub?.project === project) return hub.hub;
  hub?.hub.close();
  hub = { project, hub: new LiveHub(project) };
  return hub.hub;
}

const never = () => () => {};
const idle: LiveState = { state: 'connecting', since: 0 };

/** Whether the project's stream is open in this browser. */
export function useLiveState(project: string | undefined): LiveState {
  const current = project ? liveHub(project) : undefined;
  return useSyncExternalStore(current?.watch ?? never, current?.state ?? (() => idle));
}
