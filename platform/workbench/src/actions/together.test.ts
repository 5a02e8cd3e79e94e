import { describe, expect, it } from 'vitest';
import type { Segment } from '../state/contract';
import type { WorkState } from '../state/work';
import { remove } from './judging';
import { clipAll, together } from './together';

function segment(key: string, start_ms: number, end_ms: number): Segment {
  return { key, start_ms, end_ms, label: 'Fighting', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [] };
}
const state: WorkState = {
  document: { segments: [segment('a', 0, 1000), segment('b', 2000, 99_000), segment('c', 70_000, 80_000)], is_fully_watched: false, spent_ms: 0 },
  selected: 'b',
};

describe('together', () => {
  it('does one after the other', () => {
    const after = together('remove', [remove('a'), remove('c')]).perform(state);
    expect(after.document.segments.map((one) => one.key)).toEqual(['b']);
  });
});

describe('clipAll', () => {
  it('cuts off at the end of the video and keeps something to see', () => {
    const after = clipAll(60_000).perform(state);
    expect(after.document.segments.map((one) => [one.start_ms, one.end_ms])).toEqual([[0, 1000], [2000, 60_000], [59_960, 60_000]]);
  });
  it('changes nothing where all is inside', () => {
    expect(clipAll(100_000).perform(state)).toBe(state);
  });
});
