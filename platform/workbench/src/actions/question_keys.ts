/** Which key does what on the page of quick questions: one table, as in `keymap`. */
import { strokeText, type Stroke } from './keymap';

/** `both`: whatever is asked. */
export type QuestionScope = 'verify' | 'glance' | 'both';

const TABLE = {
  yes: { scope: 'verify', keys: ['Y'] },
  no: { scope: 'verify', keys: ['N'] },
  unsure: { scope: 'verify', keys: ['U'] },
  tap: { scope: 'glance', keys: ['Space'] },
  unmark: { scope: 'glance', keys: ['Backspace', 'Delete'] },
  finish: { scope: 'glance', keys: ['Enter'] },
  faster: { scope: 'both', keys: ['>', 'ArrowUp'] },
  slower: { scope: 'both', keys: ['<', 'ArrowDown'] },
  play_pause: { scope: 'both', keys: ['K', 'Space'] },
  replay: { scope: 'both', keys: ['R'] },
  second_back: { scope: 'both', keys: ['ArrowLeft'] },
  second_forward: { scope: 'both', keys: ['ArrowRight'] },
  undo: { scope: 'both', keys: ['Ctrl+Z'] },
  skip: { scope: 'both', keys: ['Ctrl+Space'] },
  modes: { scope: 'both', keys: ['M'] },
} as const satisfies Record<string, { scope: QuestionScope; keys: readonly string[] }>;

export type QuestionCommand = keyof typeof TABLE;
export const QUESTION_COMMANDS = Object.keys(TABLE) as QuestionCommand[];

export function questionKeysOf(command: QuestionCommand): readonly string[] {
  return TABLE[command].keys;
}

/** The command of a key press while a question of a kind is asked. What only one kind has goes before what all have. */
export function questionCommandOf(stroke: Stroke, kind: string | null): QuestionCommand | null {
  const text = strokeText(stroke);
  const found = (scope: string) => QUESTION_COMMANDS.find((command) => TABLE[command].scope === scope && questionKeysOf(command).includes(text));
  return (kind === null ? undefined : found(kind)) ?? found('both') ?? null;
}
