import { useSyncExternalStore } from 'react';

/** What one person likes in this browser; kept in local storage. */
export type Preferences = { density: 'compact' | 'comfortable'; shortcuts: boolean };

const storageKey = 'burgee:preferences';
const initial: Preferences = { density: 'compact', shortcuts: true };
const listeners = new Set<() => void>();
let current: Preferences | undefined;

export function preferences(): Preferences {
  if (current) return current;
  try {
    current = {
      ...initial,
      ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>),
    };
  } catch {
    current = initial;
  }
  return current;
}

export function prefer(change: Partial<Preferences>) {
  current = { ...preferences(), ...change };
  localStorage.setItem(storageKey, JSON.stringify(current));
  document.documentElement.dataset.density = current.density;
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, preferences);
}

/** A row's height in pixels, as base.css has it in --b-row. */
export const rowHeight = (density: Preferences['density']) => (density === 'compact' ? 36 : 46);
