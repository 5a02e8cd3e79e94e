import { describe, expect, it } from 'vitest';
import { commandsFound } from './command_search';
import { defaultKeysOf, type AnyCommand } from './keymap';

const TITLES: Partial<Record<AnyCommand, string>> = { split: 'Split at the playhead', zoom_in: 'Zoom in', zoom_all: 'Show the whole video', undo: 'Undo' };
const commands = Object.keys(TITLES) as AnyCommand[];
const find = (query: string) => commandsFound(commands, query, (command) => TITLES[command] ?? '', defaultKeysOf);

describe('commandsFound', () => {
  it('has all without a query', () => {
    expect(find('  ')).toEqual(commands);
  });
  it('finds all words in any order, in either case', () => {
    expect(find('VIDEO whole')).toEqual(['zoom_all']);
    expect(find('whole split')).toEqual([]);
  });
  it('puts a key before a title', () => {
    expect(find('s')[0]).toBe('split');
    expect(find('ctrl+z')).toEqual(['undo']);
  });
});
