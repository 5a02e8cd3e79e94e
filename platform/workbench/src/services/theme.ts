/** The theme of this browser: what the person chose, else what the system prefers. */
import type { Scope } from './scope';

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
export function themeFollow(scope: Scope): void {
  scope.listen(matchMedia('(prefers-color-scheme: light)'), 'change', themeApply);
}

/** Takes a theme, or whatever the system prefers, and remembers it: here, and in a cookie that lets the server render it at once. */
export function themeChoose(choice: Theme | 'system'): void {
  if (choice === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  const kept = choice === 'system' ? '; max-age=0' : `${choice}; max-age=${YEAR_S}`;
  document.cookie = `vigil_theme=${kept}; path=/; samesite=lax`;
  themeApply();
}

export function themeToggle(): void {
  themeChoose(themeNow() === 'vigil-dark' ? 'vigil-light' : 'vigil-dark');
}

/** The choice of a theme on the settings page, if this is it. */
export function themeChoices(scope: Scope): void {
  const choices = document.querySelector<HTMLElement>('[data-theme-choices]');
  if (!choices) return;
  const stored = localStorage.getItem(KEY);
  for (const radio of choices.querySelectorAll('input')) radio.checked = radio.value === (isTheme(stored) ? stored : 'system');
  scope.listen(choices, 'change', (event) => {
    const value = event.target instanceof HTMLInputElement ? event.target.value : '';
    themeChoose(isTheme(value) ? value : 'system');
  });
}
