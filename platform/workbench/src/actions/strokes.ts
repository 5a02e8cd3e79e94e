/** Key presses as texts: `Ctrl+Alt+Shift+Z`. The same text is stored, compared, shown and checked by the server. */

/** What of a keyboard event counts. */
export interface Stroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** AltGr, which some systems report as Ctrl and Alt together: it belongs to the character that it makes. */
  readonly isAltGraph?: boolean;
}

// What the keys of a US keyboard say, by their place.
const PUNCTUATION: Readonly<Record<string, string>> = {
  Space: 'Space',
  Comma: ',',
  Period: '.',
  Slash: '/',
  Semicolon: ';',
  Quote: "'",
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Minus: '-',
  Equal: '=',
  Backquote: '`',
};
const PLAIN = "1234567890,./;'[]\\-=`";
const SHIFTED = '!@#$%^&*()<>?:"{}|_+~';
const MODIFIERS: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Fn', 'OS']);
// Pressed while an input method or a dead key still decides what it will be.
const UNDECIDED: ReadonlySet<string> = new Set(['Process', 'Unidentified', 'Dead', '']);

function nameByPlace(code: string): string | null {
  return /^Key([A-Z])$/.exec(code)?.[1] ?? /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? PUNCTUATION[code] ?? null;
}

function isLatin(key: string): boolean {
  return /^[\x20-\x7e\u00a1-\u00ff]$/.test(key);
}

function nameByKey(stroke: Stroke): string | null {
  const { key, code } = stroke;
  if (code === 'Space' || key === ' ') return 'Space';
  if (UNDECIDED.has(key)) return null;
  if (key.length > 1) return key;
  // With Alt held some systems send another character than the one on the key; its place tells.
  if (stroke.altKey && !stroke.isAltGraph && !/^[a-z0-9]$/i.test(key)) return nameByPlace(code) ?? key;
  return isLatin(key) ? key.toUpperCase() : null;
}

function shifted(name: string): string | null {
  const place = name.length === 1 ? PLAIN.indexOf(name) : -1;
  return place < 0 ? null : (SHIFTED[place] ?? null);
}

function written(stroke: Stroke, name: string, isByPlace: boolean): string {
  const isHeld = !stroke.isAltGraph;
  const isAlt = isHeld && stroke.altKey;
  const character = isByPlace && stroke.shiftKey && !isAlt ? shifted(name) : null;
  // Shift counts only where it does not already show in the character.
  const doesShiftCount = character === null && (name.length > 1 || /[A-Z]/.test(name) || isAlt);
  const parts = [
    isHeld && (stroke.ctrlKey || stroke.metaKey) ? 'Ctrl' : '',
    isAlt ? 'Alt' : '',
    stroke.shiftKey && doesShiftCount ? 'Shift' : '',
    character ?? name,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** The stroke of a key press by what the key says; by its place on the keyboard where it says nothing that Latin letters,
 *  digits or signs can write (Chinese, Russian, Greek, ...). Empty while only Ctrl, Shift or Alt is down. */
export function strokeText(stroke: Stroke): string {
  if (MODIFIERS.has(stroke.key)) return '';
  const byKey = nameByKey(stroke);
  if (byKey !== null) return written(stroke, byKey, false);
  const byPlace = nameByPlace(stroke.code);
  return byPlace === null ? '' : written(stroke, byPlace, true);
}

/** The texts to look for, the best first: a sign that nobody uses (`é` where a US keyboard has 2) also counts by its place. */
export function strokeTexts(stroke: Stroke): readonly string[] {
  const first = strokeText(stroke);
  const byPlace = nameByPlace(stroke.code);
  if (first === '' || byPlace === null || /^[a-z0-9]$/i.test(stroke.key) || stroke.key.length > 1) return [first];
  const second = written(stroke, byPlace, true);
  return second === first ? [first] : [first, second];
}

/** True for a letter or sign without Ctrl or Alt: what the switch for single-letter keys turns off. */
export function isSingleCharacter(stroke: Stroke): boolean {
  return /^(Shift\+)?.$/.test(strokeText(stroke));
}

/** True where a text box may pass the stroke on: without Ctrl, Meta or Alt it is writing. */
export function isBesideWriting(stroke: Stroke): boolean {
  return !stroke.isAltGraph && (stroke.ctrlKey || stroke.metaKey || stroke.altKey);
}

const NAMED = /^(Space|Enter|Escape|Tab|Backspace|Delete|Insert|Home|End|PageUp|PageDown|Arrow(Left|Right|Up|Down)|F([1-9]|1[0-2]))$/;

/** The stroke's parts, or null for what is no stroke: what the server refuses too. */
export function strokeParts(text: string): readonly string[] | null {
  const found = /^(Ctrl\+)?(Alt\+)?(Shift\+)?(.+)$/su.exec(text);
  const name = found?.[4] ?? '';
  if (!found || !(NAMED.test(name) || (isLatin(name) && name !== ' ' && !/[a-z]/.test(name)))) return null;
  return [found[1], found[2], found[3]].filter((part) => part !== undefined).map((part) => part.slice(0, -1)).concat(name);
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Enter: '↵',
  Escape: 'Esc',
  Delete: 'Del',
};

/** A stroke as it is written on keyboards: `['Ctrl', '←']`. */
export function keyCaps(text: string): readonly string[] {
  return (strokeParts(text) ?? [text]).map((part) => SIGNS[part] ?? part);
}

/** A stroke in a line of text: `Ctrl+←`. */
export function strokeLabel(text: string): string {
  return keyCaps(text).join('+');
}
