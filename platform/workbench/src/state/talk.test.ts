import { describe, expect, it } from 'vitest';
import type { Comment, Review } from './contract';
import { isOpen, openCount, reviewCounts, reviewsByKey, threadsOf, withComment, withoutComment } from './talk';

function comment(id: number, changes: Partial<Comment> = {}): Comment {
  return {
    id, at_ms: 0, segment_key: null, text: 'x', is_removed: false, author: { id: 1, name: 'ann' },
    created_at: '2026-01-01T00:00:00Z', resolved_at: null, resolved_by: null, parent_id: null, ...changes,
  };
}
const review = (segment_key: string, changes: Partial<Review> = {}): Review => ({
  segment_key, verdict: 'accepted', comment: '', reviewer: 'rae', reviewed_at: '2026-01-01T00:00:00Z', is_outdated: false, ...changes,
});

describe('threads', () => {
  const talk = [comment(5, { parent_id: 1 }), comment(3, { at_ms: 900 }), comment(2, { at_ms: 900 }), comment(1, { at_ms: 2000 }), comment(4, { parent_id: 1 })];
  it('are in order of time, each with its replies from the oldest', () => {
    expect(threadsOf(talk).map((one) => [one.root.id, one.replies.map((reply) => reply.id)])).toEqual([[2, []], [3, []], [1, [4, 5]]]);
  });
  it('count as open until they are resolved', () => {
    expect(openCount(talk)).toBe(3);
    expect(openCount(withComment(talk, comment(3, { resolved_at: '2026-01-02T00:00:00Z' })))).toBe(2);
  });
  it('keep the place of a removed comment above its replies, and lose one without', () => {
    const left = withoutComment(withoutComment(talk, 1), 2);
    expect(left.map((one) => one.id)).toEqual([5, 3, 1, 4]);
    expect(left.find((one) => one.id === 1)).toMatchObject({ text: '', is_removed: true });
    expect(threadsOf(left).every(isOpen)).toBe(true);
  });
  it('take in a new comment and the newer version of a known one', () => {
    expect(withComment([comment(1)], comment(2)).map((one) => one.id)).toEqual([1, 2]);
    expect(withComment([comment(1)], comment(1, { text: 'y' }))).toEqual([comment(1, { text: 'y' })]);
  });
});

describe('reviewCounts', () => {
  it('leaves out verdicts that the segment has outgrown', () => {
    const reviews = reviewsByKey([review('a'), review('b', { verdict: 'rejected' }), review('c', { is_outdated: true }), review('d', { verdict: 'fixed' })]);
    expect(reviewCounts(['a', 'b', 'c', 'd', 'e'], reviews)).toEqual({ approved: 2, rejected: 1, open: 2 });
  });
});
