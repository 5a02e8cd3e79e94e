import { describe, expect, it } from 'vitest';
import { unpackedScores, unpackedTimes } from './packed';

function packed(starts: number[], ends: number[], ...curves: number[][]): ArrayBuffer {
  const parts = [new Int32Array([starts.length]), new Int32Array(starts), new Int32Array(ends), ...curves.map((one) => new Uint16Array(one))];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer), at);
    at += part.byteLength;
  }
  return bytes.buffer;
}

describe('packed scores', () => {
  it('come back as times and shares', () => {
    const scores = unpackedScores(packed([0, 2000, 4000], [2000, 4000, 5000], [0, 1, 2], [3, 4, 5], [6, 7, 8], [65_535, 0, 32_768]));
    expect([...Array.from(scores.clip_start_ms), ...Array.from(scores.clip_end_ms)]).toEqual([0, 2000, 4000, 2000, 4000, 5000]);
    expect(scores.fused[0]).toBe(1);
    expect(scores.fused[2]).toBeCloseTo(0.5, 4);
    expect(scores.long[1]).toBeCloseTo(4 / 65_535, 7);
  });

  it('of no clip are empty', () => {
    expect(unpackedScores(packed([], [], [], [], [], [])).fused.length).toBe(0);
  });

  it('that were cut off are refused', () => {
    const whole = packed([0], [1000], [1], [2], [3], [4]);
    expect(() => unpackedScores(whole.slice(0, -1))).toThrow('not whole');
    expect(() => unpackedScores(new ArrayBuffer(0))).toThrow('not whole');
  });
});

describe('packed frame times', () => {
  it('are milliseconds', () => {
    expect(Array.from(unpackedTimes(new Int32Array([0, 40, 80]).buffer))).toEqual([0, 40, 80]);
    expect(() => unpackedTimes(new ArrayBuffer(7))).toThrow('not whole');
  });
});
