// Mantine reads the same place later; until then the sign-in page and the first paint need it.
const storageKey = 'mantine-color-scheme-value';

/** Marks the page light or dark as chosen here before, else as the system says. */
export function applyScheme() {
  const chosen = localStorage.getItem(storageKey);
  const dark =
    chosen === 'dark' || (chosen !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
}
