import { describe, expect, it } from 'vitest';
import { coverageShare, coverageWith, type Interval, gapAfter, gapsOf } from './coverage';

describe('coverageWith', () => {
  it('joins what touches and keeps what does not, in order', () => {
    let played: Interval[] = [];
    for (const [start_ms, end_ms] of [
      [5000, 6000],
      [0, 1000],
      [6100, 7000],
      [500, 2000],
    ] as const) {
      played = coverageWith(played, { start_ms, end_ms });
    }
    expect(played).toEqual([
      { start_ms: 0, end_ms: 2000 },
      { start_ms: 5000, end_ms: 7000 },
    ]);
    expect(coverageShare(played, 8000)).toBe(0.5);
  });
  it('takes no empty or backward interval', () => {
    expect(coverageWith([], { start_ms: 5, end_ms: 5 })).toEqual([]);
  });
});

describe('gaps', () => {
  const played = [{ start_ms: 2000, end_ms: 5000 }, { start_ms: 5500, end_ms: 9000 }];
  it('are what was not played, but for moments', () => {
    expect(gapsOf(played, 12_000)).toEqual([{ start_ms: 0, end_ms: 2000 }, { start_ms: 9000, end_ms: 12_000 }]);
    expect(gapsOf([], 3000)).toEqual([{ start_ms: 0, end_ms: 3000 }]);
    expect(gapsOf([{ start_ms: 0, end_ms: 3000 }], 3000)).toEqual([]);
  });
  it('are walked round', () => {
    const gaps = gapsOf(played, 12_000);
    expect([gapAfter(gaps, 0)?.start_ms, gapAfter(gaps, 9000)?.start_ms, gapAfter([], 0)]).toEqual([9000, 0, null]);
  });
});
