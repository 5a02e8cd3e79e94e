import { describe, expect, it } from 'vitest';
import type { Comment, Said, Segment } from '../state/contract';
import { marksOf, othersBars } from './bars_of';

function segment(key: string, outcome: Segment['outcome']): Segment {
  return { key, start_ms: 1000, end_ms: 2000, label: 'Fighting', explanation: '', outcome, source_id: null, draft_explanation: '', dialogue: [], draft_id: null };
}
function comment(id: number, given: Partial<Comment>): Comment {
  const plain = { parent_id: null, resolved_at: null, resolved_by: null, is_removed: false, segment_key: null };
  return { id, at_ms: 100 * id, text: 'Look', author: { id: 2, name: 'rae' }, created_at: '2026-01-01T00:00:00Z', ...plain, ...given };
}
const said: Said = {
  others: [{ annotation_id: 3, user: { id: 7, name: 'ben' }, state: 'submitted', segments: [segment('a', 'manual'), segment('b', 'rejected')] }],
  clicks: [{ at_ms: 500, user: 'ann', is_mine: true }],
  verdicts: [{ start_ms: 3000, end_ms: 4000, verdict: 'no', user: 'ben', is_mine: false }],
  is_blind: false,
};

describe('othersBars', () => {
  it('name their author and leave out what was rejected', () => {
    const bars = othersBars(said, () => ({ title: 'Fight', color: '#f00' }));
    expect(bars.map((bar) => [bar.id, bar.lane, bar.title])).toEqual([['others:7:a', 'others', 'ben: Fight']]);
    expect(othersBars(null, () => ({ title: '', color: '' }))).toEqual([]);
  });
});

describe('marksOf', () => {
  it('are taps, verdicts and open remarks', () => {
    const open = comment(1, {});
    const marks = marksOf(said, [open, comment(2, { parent_id: 1 }), comment(3, { resolved_at: '2026-01-02T00:00:00Z' }), comment(4, { is_removed: true })]);
    expect(marks.map((mark) => [mark.tone, mark.start_ms, mark.end_ms, mark.isMine, mark.comment_id])).toEqual([
      ['no', 3000, 4000, false, null],
      ['tap', 500, 500, true, null],
      ['comment', 100, 100, false, 1],
    ]);
  });
});
