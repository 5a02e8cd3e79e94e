/** What changed between two documents, segment by segment: small however long the documents are, and kept instead of them. */
import type { Segment, WorkDocument } from './contract';

/** null: the segment is not there. */
export interface SegmentChange {
  readonly key: string;
  readonly before: Segment | null;
  readonly after: Segment | null;
}

export interface DocumentPatch {
  readonly segments: readonly SegmentChange[];
  /** The new value; null: as before. */
  readonly is_fully_watched: boolean | null;
}

export const NOTHING: DocumentPatch = { segments: [], is_fully_watched: null };

export function isSameSegment(a: Segment | null, b: Segment | null): boolean {
  return a === b || (a !== null && b !== null && changedFields(a, b).length === 0);
}

/** The fields in which two versions of a segment differ, whatever fields the contract gives it. */
export function changedFields(a: Segment, b: Segment): (keyof Segment)[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof Segment)[]);
  names.delete('key');
  return [...names].filter((name) => !isSameValue(a[name], b[name]));
}

export function isSameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(present(a)) === JSON.stringify(present(b));
}

/** A field that is left out, and a list without an entry, say as little as null. */
function present(value: unknown): unknown {
  return value === undefined || (Array.isArray(value) && value.length === 0) ? null : value;
}

function byKey(segments: readonly Segment[]): Map<string, Segment> {
  return new Map(segments.map((segment) => [segment.key, segment]));
}

/** The segments of two lists without those that stand at the same place in both: an edit leaves nearly all where they are. */
function unshared(before: readonly Segment[], after: readonly Segment[]): [Segment[], Segment[]] {
  const isShared = (segment: Segment, index: number, other: readonly Segment[]) => segment === other[index];
  return [
    before.filter((segment, index) => !isShared(segment, index, after)),
    after.filter((segment, index) => !isShared(segment, index, before)),
  ];
}

export function patchOf(before: WorkDocument, after: WorkDocument): DocumentPatch {
  const watched = before.is_fully_watched === after.is_fully_watched ? null : after.is_fully_watched;
  if (before.segments === after.segments) return { segments: [], is_fully_watched: watched };
  const [left, right] = unshared(before.segments, after.segments);
  const [leftByKey, rightByKey] = [byKey(left), byKey(right)];
  const segments: SegmentChange[] = [];
  for (const segment of left) {
    const now = rightByKey.get(segment.key) ?? null;
    if (!isSameSegment(segment, now)) segments.push({ key: segment.key, before: segment, after: now });
  }
  for (const segment of right) {
    if (!leftByKey.has(segment.key)) segments.push({ key: segment.key, before: null, after: segment });
  }
  return { segments, is_fully_watched: watched };
}

export function isNothing(patch: DocumentPatch): boolean {
  return patch.segments.length === 0 && patch.is_fully_watched === null;
}

/** One change after another as a single one. */
export function composed(first: DocumentPatch, second: DocumentPatch): DocumentPatch {
  const changes = new Map(first.segments.map((change) => [change.key, change]));
  for (const change of second.segments) {
    const before = changes.get(change.key)?.before;
    changes.set(change.key, before === undefined ? change : { ...change, before });
  }
  const segments = [...changes.values()].filter((change) => !isSameSegment(change.before, change.after));
  const isUnwatchedAgain = first.is_fully_watched !== null && second.is_fully_watched === !first.is_fully_watched;
  return { segments, is_fully_watched: isUnwatchedAgain ? null : (second.is_fully_watched ?? first.is_fully_watched) };
}

/** What takes the change back. */
export function reversed(patch: DocumentPatch): DocumentPatch {
  return {
    segments: patch.segments.map(({ key, before, after }) => ({ key, before: after, after: before })),
    is_fully_watched: patch.is_fully_watched === null ? null : !patch.is_fully_watched,
  };
}

/** How many things changed: what the page says is waiting to be saved. */
export function sizeOf(patch: DocumentPatch): number {
  return patch.segments.length + (patch.is_fully_watched === null ? 0 : 1);
}
