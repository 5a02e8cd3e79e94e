/** What a person's keys do: a preset with their own changes on top. Nothing here changes in place. */
import type { KeyPreferences } from '../state/contract';
import { ALL_COMMANDS, doMeet, isCommand, placeOf, type AnyCommand, type Place } from './keymap';
import { bindingsOfPreset, bindingsWith, type Bindings, type KeysByCommand } from './presets';
import { strokeParts, strokeTexts, type Stroke } from './strokes';

export const NO_CHOICE: KeyPreferences = { preset: 'default', uses_single_keys: true, bindings: {} };
/** Of one command; the settings offer no more. */
export const MAX_KEYS = 3;
const LABEL_HOTKEY = /^[1-9]$/;

/** The person's own keys as far as this version knows the commands. */
function ownOf(preferences: KeyPreferences): KeysByCommand {
  return Object.fromEntries(Object.entries(preferences.bindings).filter(([name]) => isCommand(name)));
}

export function bindingsOf(preferences: KeyPreferences): Bindings {
  const preset = bindingsOfPreset(preferences.preset);
  return bindingsWith(ownOf(preferences), (command) => preset[command]);
}

export interface Keymap {
  /** The command of a key press; where several places are given, the first that knows it. */
  commandOf(stroke: Stroke, ...places: Place[]): AnyCommand | null;
}

export function keymapOf(bindings: Bindings): Keymap {
  const commands = new Map<string, AnyCommand>();
  for (const command of ALL_COMMANDS) {
    for (const key of bindings[command]) commands.set(`${placeOf(command)} ${key}`, command);
  }
  return {
    commandOf(stroke, ...places) {
      for (const key of strokeTexts(stroke)) {
        const found = places.map((place) => commands.get(`${place} ${key}`)).find((command) => command !== undefined);
        if (found) return found;
      }
      return null;
    },
  };
}

/** The hotkey of a label that was pressed: a plain digit. No command can have one. */
export function labelHotkeyOf(stroke: Stroke): string | null {
  return strokeTexts(stroke).find((text) => LABEL_HOTKEY.test(text)) ?? null;
}

export type KeyFault = 'not_a_key' | 'of_labels' | 'of_browser';
// Browsers keep these to themselves: a page never hears of them.
const OF_BROWSER: ReadonlySet<string> = new Set([
  ...['Ctrl+N', 'Ctrl+T', 'Ctrl+W', 'Ctrl+Shift+N', 'Ctrl+Shift+T', 'Ctrl+Shift+W', 'Ctrl+Tab', 'Ctrl+Shift+Tab', 'Alt+F4', 'Ctrl+Q'],
  ...['F11', 'F12', 'Ctrl+R', 'Ctrl+Shift+R', 'F5', 'Ctrl+F5'],
]);

/** Why a command cannot have the stroke, or null when it can. */
export function faultOf(key: string, command: AnyCommand): KeyFault | null {
  if (strokeParts(key) === null) return 'not_a_key';
  if (placeOf(command) === 'work' && LABEL_HOTKEY.test(key)) return 'of_labels';
  return OF_BROWSER.has(key) ? 'of_browser' : null;
}

/** The commands, other than this one, that the stroke already means where this one works. */
export function holdersOf(bindings: Bindings, key: string, command: AnyCommand): AnyCommand[] {
  return ALL_COMMANDS.filter((other) => other !== command && doMeet(other, command) && bindings[other].includes(key));
}

/** How a conflict ends: the others lose the key, or get in its place the one that it replaces. */
export type ConflictEnd = 'replace' | 'swap';

function withKeys(preferences: KeyPreferences, changed: KeysByCommand): KeyPreferences {
  const preset = bindingsOfPreset(preferences.preset);
  const own = Object.entries({ ...ownOf(preferences), ...changed }).filter(([name, keys]) => {
    const before = preset[name as AnyCommand];
    return keys.length !== before.length || keys.some((key, place) => key !== before[place]);
  });
  return { ...preferences, bindings: Object.fromEntries(own) };
}

/** The preferences with `key` as the command's key number `slot`; whoever had it loses it, or takes over the old one. */
export function rebound(
  preferences: KeyPreferences,
  change: { readonly command: AnyCommand; readonly slot: number; readonly key: string; readonly end?: ConflictEnd },
): KeyPreferences {
  const { command, slot, key, end = 'replace' } = change;
  const bindings = bindingsOf(preferences);
  const old = bindings[command][slot];
  const mine = [...bindings[command].slice(0, slot), key, ...bindings[command].slice(slot + 1)];
  const changed: Partial<Record<AnyCommand, readonly string[]>> = { [command]: [...new Set(mine)].slice(0, MAX_KEYS) };
  for (const holder of holdersOf(bindings, key, command)) {
    const swapped = end === 'swap' && old !== undefined ? [old] : [];
    changed[holder] = bindings[holder].flatMap((one) => (one === key ? swapped : [one]));
  }
  return withKeys(preferences, changed);
}

/** The preferences without the command's key number `slot`. */
export function unbound(preferences: KeyPreferences, command: AnyCommand, slot: number): KeyPreferences {
  return withKeys(preferences, { [command]: bindingsOf(preferences)[command].filter((_, place) => place !== slot) });
}

/** The command's keys of the preset again; others that took one of them give it back. */
export function restored(preferences: KeyPreferences, command: AnyCommand): KeyPreferences {
  const preset = bindingsOfPreset(preferences.preset);
  const bindings = bindingsOf(preferences);
  const changed: Partial<Record<AnyCommand, readonly string[]>> = { [command]: preset[command] };
  for (const key of preset[command]) {
    for (const holder of holdersOf(bindings, key, command)) {
      if (preset[holder].includes(key)) continue; // the preset itself has both: one goes before the other
      changed[holder] = (changed[holder] ?? bindings[holder]).filter((one) => one !== key);
    }
  }
  return withKeys(preferences, changed);
}

export function isOwn(preferences: KeyPreferences, command: AnyCommand): boolean {
  return Object.hasOwn(preferences.bindings, command);
}

/** Preferences from a file or an old copy, or null when they are not such; unknown commands and strokes are left out. */
export function preferencesFrom(value: unknown): KeyPreferences | null {
  if (typeof value !== 'object' || value === null || !('preset' in value) || !('bindings' in value)) return null;
  const { preset, bindings } = value;
  const uses_single_keys = !('uses_single_keys' in value) || value.uses_single_keys !== false;
  if (!isPreset(preset) || typeof bindings !== 'object' || bindings === null) return null;
  const own = Object.entries(bindings).flatMap(([name, keys]): [AnyCommand, string[]][] => {
    if (!isCommand(name) || !Array.isArray(keys)) return [];
    const known = keys.filter((key): key is string => typeof key === 'string' && faultOf(key, name) === null);
    return [[name, [...new Set(known)].slice(0, MAX_KEYS)]];
  });
  return withKeys({ preset, uses_single_keys, bindings: {} }, Object.fromEntries(own));
}

function isPreset(name: unknown): name is KeyPreferences['preset'] {
  return name === 'default' || name === 'label_studio' || name === 'cvat' || name === 'premiere';
}
