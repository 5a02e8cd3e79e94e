/** Every command with its group, the place where it works and its keys: the one table behind the keyboard, the tooltips,
 *  the palette, the help and the settings. `presets` say which keys other tools use, `bindings` what a person chose. */

export const KEY_GROUPS = ['play', 'segment', 'judge', 'review', 'view', 'work', 'question'] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

/** `work` is the workbench; `question` the page of quick questions, where `glance` and `verify` go before what all questions have. */
export type Place = 'work' | 'question' | 'glance' | 'verify';

interface Entry {
  readonly group: KeyGroup;
  readonly keys: readonly string[];
  readonly place?: Place;
}

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
  loop_segment: { group: 'play', keys: ['R'] },
  faster: { group: 'play', keys: ['>'] },
  slower: { group: 'play', keys: ['<'] },
  go_to_time: { group: 'play', keys: ['T'] },
  show_frames: { group: 'play', keys: ['Shift+T'] },
  next_segment: { group: 'segment', keys: ['Tab', 'ArrowDown'] },
  previous_segment: { group: 'segment', keys: ['Shift+Tab', 'ArrowUp'] },
  next_uncertain: { group: 'segment', keys: ['G'] },
  next_unwatched: { group: 'segment', keys: ['Shift+G'] },
  jump_to_start: { group: 'segment', keys: ['['] },
  jump_to_end: { group: 'segment', keys: [']'] },
  set_start: { group: 'segment', keys: ['I'] },
  set_end: { group: 'segment', keys: ['O'] },
  start_earlier: { group: 'segment', keys: ['Alt+['] },
  start_later: { group: 'segment', keys: ['Alt+Shift+['] },
  end_earlier: { group: 'segment', keys: ['Alt+]'] },
  end_later: { group: 'segment', keys: ['Alt+Shift+]'] },
  type_start: { group: 'segment', keys: ['Alt+I'] },
  type_end: { group: 'segment', keys: ['Alt+O'] },
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
  save: { group: 'work', keys: ['Ctrl+S'] },
  submit: { group: 'work', keys: ['Ctrl+Enter'] },
  accept_submit: { group: 'work', keys: ['Shift+Enter'] },
  skip: { group: 'work', keys: ['Ctrl+Space'] },
  palette: { group: 'work', keys: ['Ctrl+K', '/'] },
  help: { group: 'work', keys: ['?'] },
  key_settings: { group: 'work', keys: ['Ctrl+,'] },
  question_yes: { group: 'question', place: 'verify', keys: ['Y'] },
  question_no: { group: 'question', place: 'verify', keys: ['N'] },
  question_unsure: { group: 'question', place: 'verify', keys: ['U'] },
  question_tap: { group: 'question', place: 'glance', keys: ['Space'] },
  question_unmark: { group: 'question', place: 'glance', keys: ['Backspace', 'Delete'] },
  question_finish: { group: 'question', place: 'glance', keys: ['Enter'] },
  question_faster: { group: 'question', place: 'question', keys: ['>', 'ArrowUp'] },
  question_slower: { group: 'question', place: 'question', keys: ['<', 'ArrowDown'] },
  question_play_pause: { group: 'question', place: 'question', keys: ['K', 'Space'] },
  question_replay: { group: 'question', place: 'question', keys: ['R'] },
  question_second_back: { group: 'question', place: 'question', keys: ['ArrowLeft'] },
  question_second_forward: { group: 'question', place: 'question', keys: ['ArrowRight'] },
  question_undo: { group: 'question', place: 'question', keys: ['Ctrl+Z'] },
  question_skip: { group: 'question', place: 'question', keys: ['Ctrl+Space'] },
  question_modes: { group: 'question', place: 'question', keys: ['M'] },
  question_help: { group: 'question', place: 'question', keys: ['?'] },
} as const satisfies Record<string, Entry>;

/** Anything that a key can do, wherever. */
export type AnyCommand = keyof typeof TABLE;
/** What a key can do on the page of quick questions. */
export type QuestionCommand = Extract<AnyCommand, `question_${string}`>;
/** What a key can do in the workbench. */
export type Command = Exclude<AnyCommand, QuestionCommand>;

export const ALL_COMMANDS = Object.keys(TABLE) as AnyCommand[];
export const COMMANDS = ALL_COMMANDS.filter((command): command is Command => placeOf(command) === 'work');
export const QUESTION_COMMANDS = ALL_COMMANDS.filter((command): command is QuestionCommand => placeOf(command) !== 'work');

export function isCommand(name: string): name is AnyCommand {
  return Object.hasOwn(TABLE, name);
}

/** The keys before anybody chose others. What a person has is `keysOf` in services/my_keys. */
export function defaultKeysOf(command: AnyCommand): readonly string[] {
  return TABLE[command].keys;
}

export function groupOf(command: AnyCommand): KeyGroup {
  return TABLE[command].group;
}

export function placeOf(command: AnyCommand): Place {
  const entry: Entry = TABLE[command];
  return entry.place ?? 'work';
}

/** True when both commands can be meant by the same key press. */
export function doMeet(one: AnyCommand, other: AnyCommand): boolean {
  const places: readonly Place[] = [placeOf(one), placeOf(other)];
  return places[0] === places[1] || (places.includes('question') && !places.includes('work'));
}

const LOOKING: ReadonlySet<Command> = new Set([
  'next_segment',
  'previous_segment',
  'next_uncertain',
  'next_unwatched',
  'jump_to_start',
  'jump_to_end',
  'unselect',
  'open_dialogue',
  'palette',
  'help',
  'key_settings',
]);

/** True for what changes nothing: all that a viewer may do. */
export function onlyLooks(command: Command): boolean {
  return groupOf(command) === 'play' || groupOf(command) === 'view' || LOOKING.has(command);
}

// Inside a text box only these reach the workbench, and only by strokes that write nothing (`isBesideWriting`).
const IN_TEXT: ReadonlySet<AnyCommand> = new Set(['submit', 'save', 'palette', 'redraft', 'take_draft']);

export function worksInText(command: AnyCommand): boolean {
  return IN_TEXT.has(command);
}

// Held down, these go on; each of the others happens once a press, so that a key held too long judges nothing twice.
const REPEATING: ReadonlySet<AnyCommand> = new Set([
  ...(['frame_back', 'frame_forward', 'second_back', 'second_forward', 'ten_seconds_back', 'ten_seconds_forward'] as const),
  ...(['next_segment', 'previous_segment', 'next_uncertain', 'zoom_in', 'zoom_out', 'undo', 'redo'] as const),
  ...(['start_earlier', 'start_later', 'end_earlier', 'end_later'] as const),
  ...(['question_second_back', 'question_second_forward', 'question_faster', 'question_slower'] as const),
]);

export function doesRepeat(command: AnyCommand): boolean {
  return REPEATING.has(command);
}
