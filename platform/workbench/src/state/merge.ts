/** One document from two that grew apart. */
import type { Segment, WorkDocument } from './contract';

function byKey(document: WorkDocument): Map<string, Segment> {
  return new Map(document.segments.map((segment) => [segment.key, segment]));
}

function isSame(a: Segment | undefined, b: Segment | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Both people's segments. On the same segment mine wins if I touched it, else theirs. Where the version that both began
 * from is known, what one side deleted and the other left alone stays deleted; otherwise nothing is taken away.
 * Two judgements of the same model segment are one too many: mine is kept.
 */
export function mergedDocument(base: WorkDocument | null, mine: WorkDocument, theirs: WorkDocument): WorkDocument {
  const [mineByKey, theirsByKey] = [byKey(mine), byKey(theirs)];
  const baseByKey = base ? byKey(base) : new Map<string, Segment>();
  const merged: Segment[] = [];
  for (const segment of mine.segments) {
    const before = baseByKey.get(segment.key);
    const other = theirsByKey.get(segment.key);
    const iLeftItAlone = before !== undefined && isSame(before, segment);
    if (!iLeftItAlone) merged.push(segment);
    else if (other) merged.push(other);
  }
  const judgedByMe = new Set(merged.map((segment) => segment.source_id).filter((id) => id !== null));
  for (const segment of theirs.segments) {
    if (mineByKey.has(segment.key)) continue;
    const iDeletedIt = baseByKey.has(segment.key) && isSame(baseByKey.get(segment.key), segment);
    const isJudgedTwice = segment.source_id !== null && judgedByMe.has(segment.source_id);
    if (!iDeletedIt && !isJudgedTwice) merged.push(segment);
  }
  return {
    segments: merged,
    is_fully_watched: mine.is_fully_watched || theirs.is_fully_watched,
    spent_ms: Math.max(mine.spent_ms, theirs.spent_ms),
  };
}
