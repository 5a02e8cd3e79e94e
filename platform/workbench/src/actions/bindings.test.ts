import { describe, expect, it } from 'vitest';
import { bindingsOf, faultOf, holdersOf, keymapOf, labelHotkeyOf, NO_CHOICE, preferencesFrom, rebound, restored, unbound } from './bindings';
import type { Stroke } from './strokes';

function stroke(key: string, held: Partial<Stroke> = {}): Stroke {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

const CVAT = { ...NO_CHOICE, preset: 'cvat' as const };

describe('keymapOf', () => {
  const keymap = keymapOf(bindingsOf(NO_CHOICE));

  it('finds the command of a press', () => {
    expect(keymap.commandOf(stroke('a'), 'work')).toBe('accept');
    expect(keymap.commandOf(stroke('z', { ctrlKey: true }), 'work')).toBe('undo');
    expect(keymap.commandOf(stroke('Z', { ctrlKey: true, shiftKey: true }), 'work')).toBe('redo');
  });
  it('finds it on a Russian and on a Chinese keyboard', () => {
    expect(keymap.commandOf(stroke('ф', { code: 'KeyA' }), 'work')).toBe('accept');
    expect(keymap.commandOf(stroke('。', { code: 'Period' }), 'work')).toBe('frame_forward');
  });
  it('leaves the browser its own', () => {
    expect(keymap.commandOf(stroke('l', { ctrlKey: true }), 'work')).toBeNull();
    expect(keymap.commandOf(stroke('a', { ctrlKey: true }), 'work')).toBeNull();
  });
  it('takes what one kind of question has before what all have', () => {
    const space = stroke(' ', { code: 'Space' });
    expect(keymap.commandOf(space, 'glance', 'question')).toBe('question_tap');
    expect(keymap.commandOf(space, 'verify', 'question')).toBe('question_play_pause');
    expect(keymap.commandOf(stroke('y'), 'glance', 'question')).toBeNull();
  });
});

describe('labelHotkeyOf', () => {
  it('is a digit, also where it needs Shift on the keyboard', () => {
    for (const digit of '123456789') expect(labelHotkeyOf(stroke(digit, { code: `Digit${digit}` }))).toBe(digit);
    expect(labelHotkeyOf(stroke('é', { code: 'Digit2' }))).toBe('2');
    expect(labelHotkeyOf(stroke('1', { ctrlKey: true }))).toBeNull();
    expect(labelHotkeyOf(stroke('0', { code: 'Digit0' }))).toBeNull();
    expect(labelHotkeyOf(stroke('a'))).toBeNull();
  });
});

describe('faultOf', () => {
  it('keeps digits for labels and leaves the browser what it never gives away', () => {
    expect(faultOf('3', 'accept')).toBe('of_labels');
    expect(faultOf('3', 'question_yes')).toBeNull();
    expect(faultOf('Ctrl+W', 'accept')).toBe('of_browser');
    expect(faultOf('<b>', 'accept')).toBe('not_a_key');
    expect(faultOf('Shift+Q', 'accept')).toBeNull();
  });
});

describe('rebound', () => {
  it('gives a command a free key and keeps its others', () => {
    const after = bindingsOf(rebound(NO_CHOICE, { command: 'play_pause', slot: 1, key: 'P' }));
    expect(after.play_pause).toEqual(['Space', 'P']);
  });
  it('adds a key behind the last', () => {
    expect(bindingsOf(rebound(NO_CHOICE, { command: 'accept', slot: 1, key: 'Q' })).accept).toEqual(['A', 'Q']);
  });
  it('takes a key away from the command that had it', () => {
    const after = bindingsOf(rebound(NO_CHOICE, { command: 'accept', slot: 0, key: 'S' }));
    expect(after.accept).toEqual(['S']);
    expect(after.split).toEqual([]);
  });
  it('swaps the two keys', () => {
    const after = bindingsOf(rebound(CVAT, { command: 'frame_back', slot: 0, key: 'F', end: 'swap' }));
    expect(after.frame_back).toEqual(['F', ',']);
    expect(after.frame_forward).toEqual(['D', '.']);
  });
  it('never leaves one key with two commands', () => {
    const after = rebound(rebound(NO_CHOICE, { command: 'split', slot: 0, key: 'M' }), { command: 'merge', slot: 0, key: 'S' });
    expect(bindingsOf(after).split).toEqual(['M']);
    expect(bindingsOf(after).merge).toEqual(['S']);
    expect(holdersOf(bindingsOf(after), 'M', 'split')).toEqual([]);
  });
  it('remembers nothing that is as in the preset', () => {
    const changed = rebound(NO_CHOICE, { command: 'accept', slot: 0, key: 'Q' });
    expect(rebound(changed, { command: 'accept', slot: 0, key: 'A' })).toEqual(NO_CHOICE);
  });
});

describe('unbound and restored', () => {
  it('take a key away and bring the preset back', () => {
    const without = unbound(NO_CHOICE, 'unselect', 0);
    expect(bindingsOf(without).unselect).toEqual(['Escape']);
    expect(restored(without, 'unselect')).toEqual(NO_CHOICE);
  });
  it('bring a key back from the command that took it', () => {
    const taken = rebound(NO_CHOICE, { command: 'accept', slot: 1, key: 'S' });
    expect(bindingsOf(restored(taken, 'split')).split).toEqual(['S']);
    expect(bindingsOf(restored(taken, 'split')).accept).toEqual(['A']);
  });
});

describe('preferencesFrom', () => {
  it('reads what was exported', () => {
    const changed = rebound(CVAT, { command: 'accept', slot: 0, key: 'Q' });
    expect(preferencesFrom(JSON.parse(JSON.stringify(changed)))).toEqual(changed);
  });
  it('leaves out commands and keys that there are not', () => {
    const read = preferencesFrom({ preset: 'cvat', uses_single_keys: false, bindings: { fly: ['F'], accept: ['<img>', 'Q', 7, '3'], __proto__: ['A'] } });
    expect(read).toEqual({ preset: 'cvat', uses_single_keys: false, bindings: { accept: ['Q'] } });
  });
  it('refuses what is something else', () => {
    for (const value of [null, 7, [], {}, { preset: 'vim', bindings: {} }, { preset: 'cvat', bindings: null }]) expect(preferencesFrom(value)).toBeNull();
  });
});
