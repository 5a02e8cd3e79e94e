/** Finds commands by words of their titles or by their keys. */
import type { AnyCommand } from './keymap';
import { strokeLabel } from './strokes';

/** The commands whose title has every word of the query, or that have it as a key; the titles that begin with it come first. */
export function commandsFound<Some extends AnyCommand>(
  commands: readonly Some[],
  query: string,
  titleOf: (command: Some) => string,
  keysOf: (command: Some) => readonly string[],
): readonly Some[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return commands;
  const words = wanted.split(/\s+/);
  const rankOf = (command: Some): number => {
    const title = titleOf(command).toLowerCase();
    if (keysOf(command).some((key) => strokeLabel(key).toLowerCase() === wanted)) return 0;
    if (title.startsWith(wanted)) return 1;
    return words.every((word) => title.includes(word)) ? 2 : 3;
  };
  const ranked = commands.map((command) => ({ command, rank: rankOf(command) })).filter((one) => one.rank < 3);
  return ranked.sort((one, other) => one.rank - other.rank).map((one) => one.command);
}
