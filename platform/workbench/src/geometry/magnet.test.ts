import { describe, expect, it } from 'vitest';
import { FrameTable } from './frames';
import { restOf } from './magnet';

const frames = FrameTable.even(25, 250, 10_000);

describe('restOf', () => {
  it('rests at frame boundaries', () => {
    expect(restOf(1015, [], frames, 1, false)).toEqual({ time_ms: 1000, mark_ms: null });
  });
  it('is held by the nearest mark within reach', () => {
    expect(restOf(1015, [1019, 1012], frames, 1, false)).toEqual({ time_ms: 1012, mark_ms: 1012 });
    expect(restOf(1015, [1022], frames, 1, false)).toEqual({ time_ms: 1000, mark_ms: null });
  });
  it('goes anywhere with Alt, but not out of the video', () => {
    expect(restOf(1015.4, [1016], frames, 1, true)).toEqual({ time_ms: 1015, mark_ms: null });
    expect(restOf(99_999, [], frames, 1, true).time_ms).toBe(10_000);
  });
});
