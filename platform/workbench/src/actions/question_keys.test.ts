import { describe, expect, it } from 'vitest';
import { questionCommandOf } from './question_keys';

const stroke = (key: string, more: object = {}) => ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
const space = (more: object = {}) => stroke(' ', { code: 'Space', ...more });

describe('the keys of a question', () => {
  it('mean what its kind needs first', () => {
    expect(questionCommandOf(space(), 'glance')).toBe('tap');
    expect(questionCommandOf(space(), 'verify')).toBe('play_pause');
    expect(questionCommandOf(stroke('y'), 'verify')).toBe('yes');
    expect(questionCommandOf(stroke('y'), 'glance')).toBeNull();
  });
  it('work without a question where that makes sense', () => {
    expect(questionCommandOf(stroke('z', { ctrlKey: true }), null)).toBe('undo');
    expect(questionCommandOf(space({ ctrlKey: true }), 'glance')).toBe('skip');
    expect(questionCommandOf(stroke('>', { shiftKey: true }), 'glance')).toBe('faster');
  });
});
