/** The keys of other tools, for what they have an equivalent of (shown side by side in the settings). A command that a preset
 *  does not name keeps Vigil's own keys, less those that the preset gives to something else. */
import { ALL_COMMANDS, defaultKeysOf, placeOf, type AnyCommand } from './keymap';
import { strokeParts } from './strokes';

export type KeysByCommand = Readonly<Partial<Record<AnyCommand, readonly string[]>>>;

/** Label Studio 1.23, video: Alt steps frames, Ctrl+Alt goes to the region's edges. */
const LABEL_STUDIO: KeysByCommand = {
  play_pause: ['Ctrl+Alt+Space', 'Space'],
  frame_back: ['Alt+ArrowLeft', ','],
  frame_forward: ['Alt+ArrowRight', '.'],
  second_back: ['Alt+Shift+ArrowLeft', 'ArrowLeft'],
  second_forward: ['Alt+Shift+ArrowRight', 'ArrowRight'],
  jump_to_start: ['Ctrl+Alt+ArrowLeft', '['],
  jump_to_end: ['Ctrl+Alt+ArrowRight', ']'],
  video_start: ['Ctrl+Alt+Shift+ArrowLeft', 'Home'],
  video_end: ['Ctrl+Alt+Shift+ArrowRight', 'End'],
  next_segment: ['Alt+.', 'Tab', 'ArrowDown'],
  previous_segment: ['Alt+,', 'Shift+Tab', 'ArrowUp'],
  edit: ['Alt+M', 'E'],
  remove: ['Backspace', 'Delete'],
  unselect: ['U', 'Escape'],
  undo: ['Ctrl+Z'],
  redo: ['Ctrl+Shift+Z'],
  submit: ['Ctrl+Enter'],
  skip: ['Ctrl+Space'],
  question_skip: ['Ctrl+Space'],
};

/** CVAT: D and F step frames, C and V step further, E and R go to the key points. */
const CVAT: KeysByCommand = {
  play_pause: ['Space'],
  frame_back: ['D', ','],
  frame_forward: ['F', '.'],
  second_back: ['C', 'ArrowLeft'],
  second_forward: ['V', 'ArrowRight'],
  jump_to_start: ['E', '['],
  jump_to_end: ['R', ']'],
  next_segment: ['Tab', 'ArrowDown'],
  previous_segment: ['Shift+Tab', 'ArrowUp'],
  new_segment: ['N'],
  play_segment: ['\\', 'Enter'],
  merge: ['M'],
  split: ['Alt+M', 'S'],
  edit: ['T'],
  remove: ['Delete', 'Backspace'],
  unselect: ['Escape', 'U'],
  undo: ['Ctrl+Z'],
  redo: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  save: ['Ctrl+S'],
  help: ['F1', '?'],
  key_settings: ['F2', 'Ctrl+,'],
  question_help: ['F1', '?'],
  question_second_back: ['C', 'ArrowLeft'],
  question_second_forward: ['V', 'ArrowRight'],
};

/** Premiere Pro and its kin: the arrows step frames and edit points, J K L shuttle, I and O mark. */
const PREMIERE: KeysByCommand = {
  play_pause: ['Space', 'K'],
  shuttle_back: ['J'],
  shuttle_forward: ['L'],
  frame_back: ['ArrowLeft', ','],
  frame_forward: ['ArrowRight', '.'],
  second_back: ['Shift+ArrowLeft'],
  second_forward: ['Shift+ArrowRight'],
  ten_seconds_back: ['Alt+Shift+ArrowLeft'],
  ten_seconds_forward: ['Alt+Shift+ArrowRight'],
  video_start: ['Home'],
  video_end: ['End'],
  next_segment: ['ArrowDown', 'Tab'],
  previous_segment: ['ArrowUp', 'Shift+Tab'],
  set_start: ['I'],
  set_end: ['O'],
  jump_to_start: ['Shift+I', '['],
  jump_to_end: ['Shift+O', ']'],
  play_segment: ['Ctrl+Shift+Space', 'Enter'],
  loop_segment: ['Ctrl+L', 'R'],
  split: ['Ctrl+K', 'S'],
  unselect: ['Ctrl+Shift+A', 'Escape', 'U'],
  remove: ['Delete', 'Backspace'],
  zoom_in: ['=', '+'],
  zoom_out: ['-'],
  zoom_all: ['\\', '0'],
  undo: ['Ctrl+Z'],
  redo: ['Ctrl+Shift+Z'],
  save: ['Ctrl+S'],
};

export const PRESETS = { default: {}, label_studio: LABEL_STUDIO, cvat: CVAT, premiere: PREMIERE } as const satisfies Record<string, KeysByCommand>;
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

export type Bindings = Readonly<Record<AnyCommand, readonly string[]>>;

/** Every command's keys when some are chosen: the chosen ones win, the others keep what is left of their own. */
export function bindingsWith(chosen: KeysByCommand, otherwise: (command: AnyCommand) => readonly string[]): Bindings {
  const taken = new Set(
    ALL_COMMANDS.flatMap((command) => (chosen[command] ?? []).map((key) => `${placeOf(command)} ${key}`)),
  );
  const keysOf = (command: AnyCommand) =>
    chosen[command] ?? otherwise(command).filter((key) => !taken.has(`${placeOf(command)} ${key}`));
  return Object.fromEntries(ALL_COMMANDS.map((command) => [command, keysOf(command)])) as unknown as Bindings;
}

/** With something more held down: where a preset took the last of a command's keys. */
const MOVED = ['Shift+', 'Alt+', 'Alt+Shift+'];

function movedKeys(command: AnyCommand, chosen: KeysByCommand): readonly string[] {
  const used = new Set(ALL_COMMANDS.flatMap((other) => [...(chosen[other] ?? []), ...defaultKeysOf(other)]));
  // A sign is another sign with Shift; only letters and named keys stay themselves.
  const moved = defaultKeysOf(command).flatMap((key) => MOVED.filter((held) => held.startsWith('Alt') || /^\w+$/.test(key)).map((held) => held + key));
  return moved.filter((key) => strokeParts(key) !== null && !used.has(key)).slice(0, 1);
}

/** The keys of a preset. None is left without: a command that lost its last key has it with Shift (or Alt) instead. */
export function bindingsOfPreset(preset: PresetName): Bindings {
  const chosen = PRESETS[preset];
  const bindings = bindingsWith(chosen, defaultKeysOf);
  const lost = ALL_COMMANDS.filter((command) => bindings[command].length === 0);
  return { ...bindings, ...Object.fromEntries(lost.map((command) => [command, movedKeys(command, chosen)])) };
}
