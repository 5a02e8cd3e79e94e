/** Comments as threads, and what is told of each. Pure. */
import type { Comment, Review, Segment, WorkDocument } from './contract';

/** A comment with the replies to it, oldest first. */
export interface Thread {
  readonly root: Comment;
  readonly replies: readonly Comment[];
}

/** The threads in order of their moment; what was written first at a moment stands first. */
export function threadsOf(comments: readonly Comment[]): Thread[] {
  const replies = new Map<number, Comment[]>();
  for (const one of comments) {
    if (one.parent_id === null) continue;
    const before = replies.get(one.parent_id);
    if (before) before.push(one);
    else replies.set(one.parent_id, [one]);
  }
  return comments
    .filter((one) => one.parent_id === null)
    .sort((a, b) => a.at_ms - b.at_ms || a.id - b.id)
    .map((root) => ({ root, replies: (replies.get(root.id) ?? []).sort((a, b) => a.id - b.id) }));
}

export function isOpen(thread: Thread): boolean {
  return thread.root.resolved_at === null && !(thread.root.is_removed && thread.replies.length === 0);
}

export function openCount(comments: readonly Comment[]): number {
  return threadsOf(comments).filter(isOpen).length;
}

/** The comments with one put in or in the place of its older version. */
export function withComment(comments: readonly Comment[], comment: Comment): Comment[] {
  const isKnown = comments.some((one) => one.id === comment.id);
  return isKnown ? comments.map((one) => (one.id === comment.id ? comment : one)) : [...comments, comment];
}

/** The comments without one; above replies its empty place stays. */
export function withoutComment(comments: readonly Comment[], id: number): Comment[] {
  const hasReplies = comments.some((one) => one.parent_id === id);
  if (!hasReplies) return comments.filter((one) => one.id !== id);
  return comments.map((one) => (one.id === id ? { ...one, text: '', is_removed: true } : one));
}

/** Reviews by segment key. */
export function reviewsByKey(reviews: readonly Review[]): ReadonlyMap<string, Review> {
  return new Map(reviews.map((review) => [review.segment_key, review]));
}

export interface ReviewCounts {
  readonly approved: number;
  readonly rejected: number;
  /** Without a verdict that stands. */
  readonly open: number;
}

export function reviewCounts(keys: readonly string[], reviews: ReadonlyMap<string, Review>): ReviewCounts {
  const standing = keys.map((key) => reviews.get(key)).filter((review) => review && !review.is_outdated);
  const rejected = standing.filter((review) => review?.verdict === 'rejected').length;
  return { approved: standing.length - rejected, rejected, open: keys.length - standing.length };
}

/** Keys of the segments that are new in a document or differ from those in an earlier one. */
export function changedKeys(before: WorkDocument, after: WorkDocument): string[] {
  const known = new Map<string, Segment>(before.segments.map((segment) => [segment.key, segment]));
  const isSame = (a: Segment, b: Segment | undefined) => a === b || JSON.stringify(a) === JSON.stringify(b);
  return after.segments.filter((segment) => !isSame(segment, known.get(segment.key))).map((segment) => segment.key);
}
