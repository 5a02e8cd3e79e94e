import { describe, expect, it } from 'vitest';
import { commandOf, COMMANDS, keyCaps, keysOf, labelHotkeyOf, onlyLooks, strokeText, type Stroke } from './keymap';

function stroke(key: string, held: Partial<Stroke> = {}): Stroke {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

describe('the key table', () => {
  it('gives no key to two commands', () => {
    const keys = COMMANDS.flatMap(keysOf);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it('leaves the digits 1 to 9 to labels', () => {
    for (const digit of '123456789') {
      expect(commandOf(stroke(digit))).toBeNull();
      expect(labelHotkeyOf(stroke(digit))).toBe(digit);
    }
    expect(labelHotkeyOf(stroke('a'))).toBeNull();
    expect(labelHotkeyOf(stroke('1', { ctrlKey: true }))).toBeNull();
  });
});

describe('onlyLooks', () => {
  it('lets a viewer play, step, zoom and go from segment to segment', () => {
    for (const command of ['play_pause', 'frame_back', 'play_segment', 'next_segment', 'next_uncertain', 'zoom_all', 'help'] as const) {
      expect(onlyLooks(command)).toBe(true);
    }
  });
  it('keeps from a viewer whatever changes the work or hands it in', () => {
    for (const command of ['accept', 'remove', 'set_start', 'start_later', 'new_segment', 'split', 'mark_watched', 'undo', 'submit', 'skip'] as const) {
      expect(onlyLooks(command)).toBe(false);
    }
  });
});

describe('commandOf', () => {
  it('reads letters in either case, signs as typed, and named keys', () => {
    expect(commandOf(stroke('a'))).toBe('accept');
    expect(commandOf(stroke(' ', { code: 'Space' }))).toBe('play_pause');
    expect(commandOf(stroke('?', { shiftKey: true }))).toBe('help');
    expect(commandOf(stroke('+', { shiftKey: true }))).toBe('zoom_in');
    expect(commandOf(stroke('Tab', { shiftKey: true }))).toBe('previous_segment');
  });
  it('tells Ctrl+Z from Ctrl+Shift+Z, and takes Cmd for Ctrl', () => {
    expect(commandOf(stroke('z', { ctrlKey: true }))).toBe('undo');
    expect(commandOf(stroke('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
    expect(commandOf(stroke('z', { metaKey: true }))).toBe('undo');
  });
  it('knows the bracket keys whatever Alt and Shift make of them', () => {
    expect(commandOf(stroke('“', { code: 'BracketLeft', altKey: true }))).toBe('start_earlier');
    expect(commandOf(stroke('{', { code: 'BracketRight', altKey: true, shiftKey: true }))).toBe('end_later');
  });
  it('leaves the browser its own', () => {
    expect(commandOf(stroke('l', { ctrlKey: true }))).toBeNull();
    expect(commandOf(stroke('a', { ctrlKey: true }))).toBeNull();
    expect(strokeText(stroke('r', { ctrlKey: true }))).toBe('Ctrl+R');
  });
});

describe('keyCaps', () => {
  it('writes keys as keyboards do', () => {
    expect(keyCaps('Shift+ArrowLeft')).toEqual(['Shift', '←']);
    expect(keyCaps('+')).toEqual(['+']);
  });
});
