import { describe, expect, it } from 'vitest';
import { isBesideWriting, isSingleCharacter, keyCaps, strokeParts, strokeText, strokeTexts, type Stroke } from './strokes';

function stroke(key: string, held: Partial<Stroke> = {}): Stroke {
  return { key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

describe('strokeText', () => {
  it('reads letters in either case, signs as typed, and named keys', () => {
    expect(strokeText(stroke('a', { code: 'KeyA' }))).toBe('A');
    expect(strokeText(stroke('A', { code: 'KeyA', shiftKey: true }))).toBe('Shift+A');
    expect(strokeText(stroke(' ', { code: 'Space' }))).toBe('Space');
    expect(strokeText(stroke('?', { code: 'Slash', shiftKey: true }))).toBe('?');
    expect(strokeText(stroke('Tab', { code: 'Tab', shiftKey: true }))).toBe('Shift+Tab');
    expect(strokeText(stroke('ArrowLeft', { altKey: true, shiftKey: true, ctrlKey: true }))).toBe('Ctrl+Alt+Shift+ArrowLeft');
  });
  it('takes Cmd for Ctrl', () => {
    expect(strokeText(stroke('z', { code: 'KeyZ', metaKey: true }))).toBe('Ctrl+Z');
  });
  it('knows a key whatever Alt and Shift make of it', () => {
    expect(strokeText(stroke('“', { code: 'BracketLeft', altKey: true }))).toBe('Alt+[');
    expect(strokeText(stroke('{', { code: 'BracketRight', altKey: true, shiftKey: true }))).toBe('Alt+Shift+]');
    expect(strokeText(stroke('µ', { code: 'KeyM', altKey: true }))).toBe('Alt+M');
  });
  it('goes by the place of the key where the layout has no Latin letters', () => {
    expect(strokeText(stroke('ф', { code: 'KeyA' }))).toBe('A');
    expect(strokeText(stroke('Ф', { code: 'KeyA', shiftKey: true }))).toBe('Shift+A');
    expect(strokeText(stroke('я', { code: 'KeyZ', ctrlKey: true }))).toBe('Ctrl+Z');
    expect(strokeText(stroke('х', { code: 'BracketLeft' }))).toBe('[');
    expect(strokeText(stroke('，', { code: 'Comma' }))).toBe(',');
    expect(strokeText(stroke('？', { code: 'Slash', shiftKey: true }))).toBe('?');
    expect(strokeText(stroke('【', { code: 'BracketLeft', altKey: true }))).toBe('Alt+[');
  });
  it('goes by the letter where a Latin layout has it in another place', () => {
    expect(strokeText(stroke('a', { code: 'KeyQ' }))).toBe('A');
  });
  it('goes by the place while an input method holds the key back', () => {
    expect(strokeText(stroke('Process', { code: 'KeyN' }))).toBe('N');
    expect(strokeText(stroke('Dead', { code: 'BracketLeft' }))).toBe('[');
  });
  it('leaves out what AltGr only needs to make its character', () => {
    expect(strokeText(stroke('[', { code: 'Digit8', ctrlKey: true, altKey: true, isAltGraph: true }))).toBe('[');
  });
  it('is empty while only a modifier is down', () => {
    expect(strokeText(stroke('Shift', { code: 'ShiftLeft', shiftKey: true }))).toBe('');
  });
});

describe('strokeTexts', () => {
  it('offers the place after the sign, so that digits without Shift work on a French keyboard', () => {
    expect(strokeTexts(stroke('&', { code: 'Digit1' }))).toEqual(['&', '1']);
    expect(strokeTexts(stroke('é', { code: 'Digit2' }))).toEqual(['É', '2']);
    expect(strokeTexts(stroke('ü', { code: 'BracketLeft' }))).toEqual(['Ü', '[']);
  });
  it('offers a letter only as itself', () => {
    expect(strokeTexts(stroke('a', { code: 'KeyQ' }))).toEqual(['A']);
    expect(strokeTexts(stroke('!', { code: 'Digit1', shiftKey: true }))).toEqual(['!']);
  });
});

describe('strokeParts', () => {
  it('takes keys apart, also the plus', () => {
    expect(strokeParts('Ctrl+Alt+Shift+ArrowLeft')).toEqual(['Ctrl', 'Alt', 'Shift', 'ArrowLeft']);
    expect(strokeParts('+')).toEqual(['+']);
    expect(strokeParts('Ctrl++')).toEqual(['Ctrl', '+']);
    expect(strokeParts('F12')).toEqual(['F12']);
  });
  it('refuses what is no key', () => {
    for (const text of ['', ' ', 'a', 'Ctrl+', 'Shift+Ctrl+A', 'AB', '<script>', 'F13', '中', 'Ctrl+\u0000']) expect(strokeParts(text), text).toBeNull();
  });
});

describe('keyCaps', () => {
  it('writes keys as keyboards do', () => {
    expect(keyCaps('Shift+ArrowLeft')).toEqual(['Shift', '←']);
    expect(keyCaps('+')).toEqual(['+']);
    expect(keyCaps('Ctrl+Enter')).toEqual(['Ctrl', '↵']);
  });
});

describe('isSingleCharacter', () => {
  it('is a letter or sign alone, with or without Shift; Space, Enter and what Ctrl makes are not', () => {
    expect(['a', 'A', '?', '5'].every((key) => isSingleCharacter(stroke(key, { code: key === 'a' ? 'KeyA' : '' })))).toBe(true);
    expect(isSingleCharacter(stroke('A', { shiftKey: true }))).toBe(true);
    expect(isSingleCharacter(stroke(' ', { code: 'Space' }))).toBe(false);
    expect(isSingleCharacter(stroke('Enter'))).toBe(false);
    expect(isSingleCharacter(stroke('z', { ctrlKey: true }))).toBe(false);
  });
});

describe('isBesideWriting', () => {
  it('is true with Ctrl, Cmd or Alt, and false for whatever puts a character into a text box', () => {
    expect(isBesideWriting(stroke('k', { ctrlKey: true }))).toBe(true);
    expect(isBesideWriting(stroke('Enter', { metaKey: true }))).toBe(true);
    expect(isBesideWriting(stroke('r', { altKey: true }))).toBe(true);
    for (const key of ['/', '?', 'a', 'Enter', 'Escape', ' ']) expect(isBesideWriting(stroke(key)), key).toBe(false);
    expect(isBesideWriting(stroke('A', { shiftKey: true }))).toBe(false);
    expect(isBesideWriting(stroke('@', { ctrlKey: true, altKey: true, isAltGraph: true }))).toBe(false);
  });
});
