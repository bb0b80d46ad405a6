import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';
import { patience } from './patience';

// Files share a process and its window, as it takes seconds to make one. Each has our modules, and what
// they remember, to itself.
vi.resetModules();
window.history.replaceState(null, '', '/');
document.body.replaceChildren();

configure({ asyncUtilTimeout: patience });

// jsdom gives everything the size of nothing and puts it outside of a window of nothing. A menu that is
// placed finds by that that its button is out of sight, and hides: some moments after it was opened.
Object.defineProperty(document.documentElement, 'clientWidth', { configurable: true, value: 1024 });
Object.defineProperty(document.documentElement, 'clientHeight', { configurable: true, value: 768 });
window.HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 100, 20);

// jsdom lacks what Mantine asks of a browser's layout, and the live stream's connection.
window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addListener: () => {},
    removeListener: () => {},
    addEventListener: () => {},
    removeEventListener: () => {},
    dispatchEvent: () => false,
  }) as MediaQueryList;

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver = NoObserver as unknown as typeof ResizeObserver;
window.HTMLElement.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
Object.defineProperty(document, 'fonts', { configurable: true, value: new EventTarget() });

class SilentSource {
  static readonly CLOSED = 2;
  readyState = 0;
  close() {}
}
window.EventSource = SilentSource as unknown as typeof EventSource;

afterEach(() => {
  cleanup();
  notifications.clean();
  notifications.cleanQueue();
  sessionStorage.clear();
  localStorage.clear();
});
