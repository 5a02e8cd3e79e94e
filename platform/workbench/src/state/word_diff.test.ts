import { describe, expect, it } from 'vitest';
import { wordDiff } from './word_diff';

const side = (before: string, after: string, kinds: string[]) =>
  wordDiff(before, after).filter((part) => kinds.includes(part.kind)).map((part) => part.text).join('');

describe('wordDiff', () => {
  it('names what was taken out and put in', () => {
    expect(wordDiff('A man in a red jacket falls.', 'A man in a blue jacket falls down.')).toEqual([
      { kind: 'same', text: 'A man in a ' },
      { kind: 'removed', text: 'red ' },
      { kind: 'added', text: 'blue ' },
      { kind: 'same', text: 'jacket ' },
      { kind: 'removed', text: 'falls.' },
      { kind: 'added', text: 'falls down.' },
    ]);
  });
  it('gives the new text back, whatever was changed', () => {
    for (const [before, after] of [
      ['', 'new words'],
      ['old words', ''],
      ['one two three', 'three two one'],
      ['same', 'same'],
      ['一个人在跑', '两个人在走'],
    ] as const) {
      expect(side(before, after, ['same', 'added'])).toBe(after);
    }
  });
  it('compares Chinese by character', () => {
    expect(side('一个人在跑', '两个人在走', ['same'])).toBe('个人在');
  });
});
