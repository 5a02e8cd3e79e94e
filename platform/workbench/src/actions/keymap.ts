/** Which key does what: the one table behind the keyboard, the tooltips and the help. */

export const KEY_GROUPS = ['play', 'segment', 'judge', 'review', 'view', 'work'] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

const TABLE = {
  play_pause: { group: 'play', keys: ['Space', 'K'] },
  shuttle_back: { group: 'play', keys: ['J'] },
  shuttle_forward: { group: 'play', keys: ['L'] },
  frame_back: { group: 'play', keys: [','] },
  frame_forward: { group: 'play', keys: ['.'] },
  second_back: { group: 'play', keys: ['ArrowLeft'] },
  second_forward: { group: 'play', keys: ['ArrowRight'] },
  ten_seconds_back: { group: 'play', keys: ['Shift+ArrowLeft'] },
  ten_seconds_forward: { group: 'play', keys: ['Shift+ArrowRight'] },
  video_start: { group: 'play', keys: ['Home'] },
  video_end: { group: 'play', keys: ['End'] },
  play_segment: { group: 'play', keys: ['Enter'] },
  next_segment: { group: 'segment', keys: ['Tab', 'ArrowDown'] },
  previous_segment: { group: 'segment', keys: ['Shift+Tab', 'ArrowUp'] },
  next_uncertain: { group: 'segment', keys: ['G'] },
  jump_to_start: { group: 'segment', keys: ['['] },
  jump_to_end: { group: 'segment', keys: [']'] },
  set_start: { group: 'segment', keys: ['I'] },
  set_end: { group: 'segment', keys: ['O'] },
  start_earlier: { group: 'segment', keys: ['Alt+['] },
  start_later: { group: 'segment', keys: ['Alt+Shift+['] },
  end_earlier: { group: 'segment', keys: ['Alt+]'] },
  end_later: { group: 'segment', keys: ['Alt+Shift+]'] },
  new_segment: { group: 'segment', keys: ['N'] },
  split: { group: 'segment', keys: ['S'] },
  merge: { group: 'segment', keys: ['M'] },
  unselect: { group: 'segment', keys: ['U', 'Escape'] },
  accept: { group: 'judge', keys: ['A'] },
  reject: { group: 'judge', keys: ['X'] },
  edit: { group: 'judge', keys: ['E'] },
  remove: { group: 'judge', keys: ['Delete', 'Backspace'] },
  open_dialogue: { group: 'judge', keys: ['D'] },
  redraft: { group: 'judge', keys: ['Alt+R'] },
  take_draft: { group: 'judge', keys: ['Alt+Enter'] },
  mark_watched: { group: 'judge', keys: ['W'] },
  review_accept: { group: 'review', keys: ['Shift+A'] },
  review_reject: { group: 'review', keys: ['Shift+X'] },
  review_end: { group: 'review', keys: ['Ctrl+Shift+Enter'] },
  comment: { group: 'review', keys: ['C'] },
  zoom_in: { group: 'view', keys: ['+', '='] },
  zoom_out: { group: 'view', keys: ['-'] },
  zoom_all: { group: 'view', keys: ['0'] },
  undo: { group: 'work', keys: ['Ctrl+Z'] },
  redo: { group: 'work', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'] },
  submit: { group: 'work', keys: ['Ctrl+Enter'] },
  skip: { group: 'work', keys: ['Ctrl+Space'] },
  help: { group: 'work', keys: ['?'] },
} as const satisfies Record<string, { group: KeyGroup; keys: readonly string[] }>;

export type Command = keyof typeof TABLE;
export const COMMANDS = Object.keys(TABLE) as Command[];

export function keysOf(command: Command): readonly string[] {
  return TABLE[command].keys;
}

export function groupOf(command: Command): KeyGroup {
  return TABLE[command].group;
}

const LOOKING: ReadonlySet<Command> = new Set([
  'next_segment',
  'previous_segment',
  'next_uncertain',
  'jump_to_start',
  'jump_to_end',
  'unselect',
  'open_dialogue',
  'help',
]);

/** True for what changes nothing: all that a viewer may do. */
export function onlyLooks(command: Command): boolean {
  return groupOf(command) === 'play' || groupOf(command) === 'view' || LOOKING.has(command);
}

/** What of a keyboard event counts. */
export interface Stroke {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

// With Alt or Shift held some layouts send another character than the one on the key; the place of the key tells.
const BY_CODE: Readonly<Record<string, string>> = { BracketLeft: '[', BracketRight: ']', Space: 'Space' };

function keyName(stroke: Stroke): string {
  const byCode = BY_CODE[stroke.code];
  if (byCode && (stroke.code === 'Space' || stroke.altKey)) return byCode;
  return stroke.key.length === 1 ? stroke.key.toUpperCase() : stroke.key;
}

/** `Ctrl+Shift+Z` of an event. Shift counts only where it does not already show in the character. */
export function strokeText(stroke: Stroke): string {
  const key = keyName(stroke);
  const isLetterOrNamed = key.length > 1 || /[A-Z[\]]/.test(key);
  const parts = [
    stroke.ctrlKey || stroke.metaKey ? 'Ctrl' : '',
    stroke.altKey ? 'Alt' : '',
    stroke.shiftKey && isLetterOrNamed ? 'Shift' : '',
    key,
  ];
  return parts.filter((part) => part !== '').join('+');
}

const BY_STROKE: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => keysOf(command).map((key): [string, Command] => [key, command])),
);

export function commandOf(stroke: Stroke): Command | null {
  return BY_STROKE.get(strokeText(stroke)) ?? null;
}

/** The hotkey of a label that was pressed: a plain digit or letter that no command uses. */
export function labelHotkeyOf(stroke: Stroke): string | null {
  const text = strokeText(stroke);
  return /^[1-9A-Z]$/.test(text) && !BY_STROKE.has(text) ? text : null;
}

// Inside a text box only these reach the workbench.
const IN_TEXT: ReadonlySet<Command> = new Set(['submit', 'redraft', 'take_draft']);

export function worksInText(command: Command): boolean {
  return IN_TEXT.has(command);
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
};

/** A key as it is written on keyboards: `['Ctrl', '←']`. */
export function keyCaps(key: string): string[] {
  return key === '+' ? ['+'] : key.split('+').map((part) => SIGNS[part] ?? part);
}

/** True for a letter or sign without Ctrl or Alt: what the switch for single-letter keys turns off. */
export function isSingleCharacter(stroke: Stroke): boolean {
  return stroke.key.length === 1 && stroke.code !== 'Space' && !stroke.ctrlKey && !stroke.metaKey && !stroke.altKey;
}
