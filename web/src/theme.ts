import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What a person chose, as long as this page is open. */
export const theme = signal<Theme>('system');

/** What is shown; what is drawn on a canvas is drawn again when it changes. */
export const shownTheme = signal<'light' | 'dark'>('light');

/** Keeps the page in the theme that was chosen, or the system's. */
export function keepTheme(root: HTMLElement, system: MediaQueryList): void {
  const isDark = signal(system.matches);
  system.addEventListener('change', ({ matches }) => {
    isDark.value = matches;
  });
  effect(() => {
    const chosen = theme.value;
    shownTheme.value = chosen !== 'system' ? chosen : isDark.value ? 'dark' : 'light';
    root.dataset['theme'] = shownTheme.value;
  });
}
