import { describe, expect, it } from 'vitest';
import type { Prediction } from '../state/contract';
import { doubtOf, stretchAfter, uncertainStretches } from './uncertain';

function prediction(fused: number[], spread: number[]): Prediction {
  return {
    id: 1,
    model: 'v1', scores_url: '',
    clip_start_ms: fused.map((_, index) => index * 1000),
    clip_end_ms: fused.map((_, index) => index * 1000 + 1000),
    raw: fused,
    long: fused.map((score, index) => score + (spread[index] ?? 0)),
    short: fused,
    fused,
    judgement: null,
    segments: [],
  };
}

describe('doubtOf', () => {
  it('is one at the middle and none at a unanimous end', () => {
    expect(doubtOf(0.5, 0.5, 0.5, 0.5)).toBe(1);
    expect(doubtOf(0, 0, 0, 0)).toBe(0);
    expect(doubtOf(0.1, 0.9, 0.1, 0)).toBeCloseTo(0.8);
  });
});

describe('uncertainStretches', () => {
  it('joins neighbouring doubtful clips', () => {
    const stretches = uncertainStretches(prediction([0, 0, 0.5, 0.45, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0.7, 0, 0]), 0.3);
    expect(stretches.map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([
      [2000, 4000],
      [7000, 8000],
    ]);
    expect(stretches[0]?.doubt).toBe(1);
  });
  it('finds none where the model is sure of everything', () => {
    expect(uncertainStretches(prediction([0, 0, 0], []))).toEqual([]);
    expect(uncertainStretches(prediction([], []))).toEqual([]);
  });
});

describe('stretchAfter', () => {
  const stretches = [
    { start_ms: 100, end_ms: 200, doubt: 1 },
    { start_ms: 500, end_ms: 600, doubt: 1 },
  ];
  it('goes to the next one and round at the end', () => {
    expect(stretchAfter(stretches, 100)?.start_ms).toBe(500);
    expect(stretchAfter(stretches, 500)?.start_ms).toBe(100);
    expect(stretchAfter([], 0)).toBeNull();
  });
});
