import { describe, expect, it } from 'vitest';
import { ALL_COMMANDS, COMMANDS, defaultKeysOf, doesRepeat, doMeet, onlyLooks, QUESTION_COMMANDS } from './keymap';
import { strokeParts } from './strokes';

describe('the key table', () => {
  it('parts the workbench from the questions', () => {
    expect(COMMANDS.length + QUESTION_COMMANDS.length).toBe(ALL_COMMANDS.length);
    expect(QUESTION_COMMANDS).toContain('question_yes');
    expect(COMMANDS).toContain('accept');
  });
  it('has only keys that are keys', () => {
    for (const key of ALL_COMMANDS.flatMap(defaultKeysOf)) expect(strokeParts(key), key).not.toBeNull();
  });
});

describe('onlyLooks', () => {
  it('lets a viewer play, step, zoom and go from segment to segment', () => {
    for (const command of ['play_pause', 'frame_back', 'play_segment', 'next_segment', 'next_uncertain', 'zoom_all', 'help', 'palette'] as const) {
      expect(onlyLooks(command)).toBe(true);
    }
  });
  it('keeps from a viewer whatever changes the work or hands it in', () => {
    for (const command of ['accept', 'remove', 'set_start', 'start_later', 'new_segment', 'split', 'mark_watched', 'undo', 'save', 'submit', 'skip'] as const) {
      expect(onlyLooks(command)).toBe(false);
    }
  });
});

describe('doMeet', () => {
  it('is true in one place, and where a kind of question meets what all questions have', () => {
    expect(doMeet('accept', 'split')).toBe(true);
    expect(doMeet('question_yes', 'question_skip')).toBe(true);
    expect(doMeet('question_yes', 'question_tap')).toBe(false);
    expect(doMeet('accept', 'question_skip')).toBe(false);
  });
});

describe('doesRepeat', () => {
  it('lets steps go on while a key is held, and nothing that judges', () => {
    expect(doesRepeat('frame_forward')).toBe(true);
    expect(doesRepeat('end_later')).toBe(true);
    for (const command of ['accept', 'reject', 'remove', 'split', 'merge', 'new_segment', 'submit', 'play_pause'] as const) expect(doesRepeat(command)).toBe(false);
  });
});
