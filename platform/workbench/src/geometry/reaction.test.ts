import { describe, expect, it } from 'vitest';
import { marksWith, seenAt, speedBeside } from './reaction';

describe('seenAt', () => {
  it('takes off more of the video the faster it plays', () => {
    expect(seenAt(10_000, 1, 250)).toBe(9750);
    expect(seenAt(10_000, 4, 250)).toBe(9000);
    expect(seenAt(100, 4, 250)).toBe(0);
  });
  it('takes nothing off while the video stands', () => {
    expect(seenAt(10_000, 0, 250)).toBe(10_000);
  });
});

describe('marksWith', () => {
  it('keeps order and drops a second tap at the same moment', () => {
    expect(marksWith([1000, 9000], 5000)).toEqual([1000, 5000, 9000]);
    expect(marksWith([1000], 1300)).toEqual([1000]);
  });
});

describe('speedBeside', () => {
  it('goes from one speed to the next and stops at the ends', () => {
    expect([speedBeside(2, 1), speedBeside(2, -1), speedBeside(8, 1), speedBeside(1, -1)]).toEqual([3, 1, 8, 1]);
  });
});
