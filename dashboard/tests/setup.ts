import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 20_000 });

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
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

class SilentSource {
  static readonly CLOSED = 2;
  readyState = 0;
  close() {}
}
window.EventSource = SilentSource as unknown as typeof EventSource;

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
