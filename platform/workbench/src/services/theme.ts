/** The theme of this browser: what the person chose, else what the system prefers. */

declare global {
  interface DocumentEventMap {
    /** The theme was switched: what is drawn, not styled, reads its colours anew. */
    'vigil:theme': CustomEvent;
  }
}

export type Theme = 'vigil-dark' | 'vigil-light';

const KEY = 'vigil:theme';
const YEAR_S = 365 * 24 * 3600;

function isTheme(value: string | null): value is Theme {
  return value === 'vigil-dark' || value === 'vigil-light';
}

export function themeNow(): Theme {
  const stored = localStorage.getItem(KEY);
  if (isTheme(stored)) return stored;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'vigil-light' : 'vigil-dark';
}

export function themeApply(): void {
  document.documentElement.dataset.theme = themeNow();
  document.dispatchEvent(new CustomEvent('vigil:theme'));
}

/** Follows the system when it turns dark or light, for whoever has chosen nothing here. */
export function themeFollow(): void {
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', themeApply);
}

/** Switches between dark and light, and remembers it: here, and in a cookie that lets the server render it at once. */
export function themeToggle(): void {
  const next: Theme = themeNow() === 'vigil-dark' ? 'vigil-light' : 'vigil-dark';
  localStorage.setItem(KEY, next);
  document.cookie = `vigil_theme=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
  themeApply();
}
