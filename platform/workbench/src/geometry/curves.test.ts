import { describe, expect, it } from 'vitest';
import { columnsOf, firstNotBelow, RangeExtremes } from './curves';

const noise = Float32Array.from({ length: 1000 }, (_, index) => Math.abs(Math.sin(index * 12.9898) * 0.97));

describe('RangeExtremes', () => {
  it('answers every range as a plain search does', () => {
    const extremes = new RangeExtremes(noise);
    for (const [from, to] of [
      [0, 1],
      [0, 1000],
      [3, 4],
      [7, 513],
      [511, 513],
      [998, 1000],
      [1, 999],
    ] as const) {
      const part = noise.slice(from, to);
      expect(extremes.over(from, to)).toEqual({ low: Math.min(...part), high: Math.max(...part) });
    }
  });
});

describe('firstNotBelow', () => {
  it('finds the place in an ascending list', () => {
    expect([-1, 0, 5, 6, 99].map((wanted) => firstNotBelow([0, 5, 10], wanted))).toEqual([0, 0, 1, 2, 3]);
  });
});

describe('columnsOf', () => {
  const times = Float64Array.from(noise, (_, index) => index * 1000 + 500);
  const extremes = new RangeExtremes(noise);

  it('gives every clip where clips are wide, and one more on either side', () => {
    const columns = columnsOf(times, extremes, { start_ms: 10_000, end_ms: 13_000 }, 800);
    expect(columns.map((column) => column.time_ms)).toEqual([9500, 10_500, 11_500, 12_500, 13_500]);
  });
  it('gives one column a pixel where clips are narrow, and loses no peak', () => {
    const columns = columnsOf(times, extremes, { start_ms: 0, end_ms: 1_000_000 }, 100);
    expect(columns).toHaveLength(100);
    expect(Math.max(...columns.map((column) => column.high))).toBe(Math.max(...noise));
    expect(Math.min(...columns.map((column) => column.low))).toBe(Math.min(...noise));
  });
  it('is empty without scores', () => {
    expect(columnsOf([], new RangeExtremes([]), { start_ms: 0, end_ms: 1000 }, 100)).toEqual([]);
  });
});
