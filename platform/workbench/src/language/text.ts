/** Texts in the language of the page. */
import { CHINESE } from './chinese';
import { ENGLISH, type TextKey } from './english';

const isChinese = typeof document !== 'undefined' && document.documentElement.lang.toLowerCase().startsWith('zh');

/** The text of a key; `{name}` is filled from `values`. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = isChinese ? CHINESE[key] : ENGLISH[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
