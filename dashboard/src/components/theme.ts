import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

// A burgee's navy blue. Shade 7 carries white text in light, shade 8 in dark, both above 4.5 : 1.
const navy: MantineColorsTuple = [
  '#eaf3ff',
  '#d3e3fb',
  '#a5c5f5',
  '#74a5ef',
  '#4c8aea',
  '#3379e7',
  '#256fd9',
  '#1763b8',
  '#0f559f',
  '#054787',
];

const closeButtonProps = { 'aria-label': 'Close' };

export const theme = createTheme({
  primaryColor: 'navy',
  primaryShade: { light: 7, dark: 8 },
  colors: { navy },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { md: '0.9375rem' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1.0625rem' } } },
  components: {
    Modal: { defaultProps: { closeButtonProps } },
    Drawer: { defaultProps: { closeButtonProps } },
    Notification: { defaultProps: { closeButtonProps } },
    // The placeholder is a child that role=menu may not have.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

/** Stock Mantine misses WCAG AA for dimmed text, placeholders and light badges: darken (or lighten) them. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#52606d',
    '--mantine-color-placeholder': '#626d78',
    '--mantine-color-error': '#c01c28',
    '--mantine-color-anchor': '#0f559f',
    '--mantine-color-gray-light-color': '#3d4852',
    '--mantine-color-navy-light-color': '#0f4d90',
    '--mantine-color-red-light-color': '#a51111',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#b02525',
    '--mantine-color-red-outline': '#b82020',
    '--mantine-color-green-light-color': '#12641f',
    '--mantine-color-teal-light-color': '#07604a',
    '--mantine-color-orange-light-color': '#8f3600',
    '--mantine-color-yellow-light-color': '#6b4700',
    '--mantine-color-violet-light-color': '#4c2fa8',
    '--mantine-color-blue-light-color': '#0f4d90',
    '--mantine-color-grape-light-color': '#7a1a8a',
  },
  dark: {
    '--mantine-color-body': '#1f2226',
    '--mantine-color-text': '#dfe3e8',
    '--mantine-color-red-light': '#402024',
    '--mantine-color-yellow-light': '#38301a',
    '--mantine-color-dimmed': '#a9b1ba',
    '--mantine-color-placeholder': '#9aa3ad',
    '--mantine-color-error': '#ff9b9b',
    '--mantine-color-anchor': '#8fbcf5',
    '--mantine-color-gray-light-color': '#d5dae0',
    '--mantine-color-navy-light-color': '#a5c5f5',
    '--mantine-color-red-light-color': '#ffb3b3',
    '--mantine-color-red-filled': '#c92a2a',
    '--mantine-color-red-filled-hover': '#b02525',
    '--mantine-color-red-outline': '#ff9b9b',
    '--mantine-color-green-light-color': '#9fe3a8',
    '--mantine-color-teal-light-color': '#8ee6cb',
    '--mantine-color-orange-light-color': '#ffc08a',
    '--mantine-color-yellow-light-color': '#ffdf80',
    '--mantine-color-violet-light-color': '#cbbcff',
    '--mantine-color-blue-light-color': '#a5c5f5',
    '--mantine-color-grape-light-color': '#eab4f5',
  },
});
