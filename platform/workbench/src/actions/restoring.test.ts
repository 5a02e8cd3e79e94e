import { describe, expect, it } from 'vitest';
import type { Segment } from '../state/contract';
import type { WorkState } from '../state/work';
import { restore } from './restoring';

const segment = (key: string, changes: Partial<Segment> = {}): Segment => ({
  key, start_ms: 1000, end_ms: 2000, label: 'Fire', explanation: '', outcome: 'manual', source_id: null, draft_explanation: '', draft_id: null, dialogue: [], ...changes,
});
const state = (...segments: Segment[]): WorkState => ({ document: { segments, is_fully_watched: false, spent_ms: 0 }, selected: null });

describe('restore', () => {
  it('puts the older version in the place of the present one and leaves the others', () => {
    const after = restore(segment('a', { label: 'Smoke' }), 9000).perform(state(segment('a'), segment('b')));
    expect(after.document.segments).toEqual([segment('a', { label: 'Smoke' }), segment('b')]);
    expect(after.selected).toBe('a');
  });
  it('brings a deleted one back', () => {
    expect(restore(segment('a'), 9000).perform(state(segment('b'))).document.segments).toEqual([segment('b'), segment('a')]);
  });
  it('stays inside the video', () => {
    const [back] = restore(segment('a', { end_ms: 9500 }), 9000).perform(state()).document.segments;
    expect(back).toMatchObject({ start_ms: 1000, end_ms: 9000 });
  });
});
