/** Texts in the language of the page. */
import { defaultKeysOf, isCommand, type AnyCommand } from '../actions/keymap';
import { CHINESE } from './chinese';
import { ENGLISH, type TextKey } from './english';

const isChinese = typeof document !== 'undefined' && document.documentElement.lang.toLowerCase().startsWith('zh');
/** The language of the page, for times and numbers; without a page the browser's own. */
export function pageLanguage(): string | undefined {
  return typeof document === 'undefined' ? undefined : document.documentElement.lang || undefined;
}

let keyOf: (command: AnyCommand) => string = (command) => defaultKeysOf(command)[0] ?? '';

/** Says which key stands in texts for a command. */
export function keysInTexts(source: (command: AnyCommand) => string): void {
  keyOf = source;
}

/** The text of a key; `{name}` is filled from `values`, `{key:accept}` with the person's key for a command;
 *  `{count?one:more}` is the one form or the other. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = isChinese ? CHINESE[key] : ENGLISH[key];
  return text
    .replace(/\{key:(\w+)\}/g, (whole, name: string) => (isCommand(name) ? keyOf(name) : whole))
    .replace(/\{(\w+)\?([^:}]*):([^}]*)\}/g, (_, name: string, one: string, more: string) => (values[name] === 1 ? one : more))
    .replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
