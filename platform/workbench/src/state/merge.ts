/** One document from two that grew apart: my changes, field by field, on top of somebody else's version. */
import type { Prediction, Segment, WorkDocument } from './contract';
import { joinedPairs, MOST_PAIRS, pairsOf, turnsOf } from './dialogue';
import { changedFields, isSameSegment, isSameValue, patchOf, type DocumentPatch, type SegmentChange } from './patch';
import { outcomeOf, sourceOf } from './work';

/** Who is heard where both changed the same thing. `both`: the longer stretch and both sentences. */
export type Choice = 'mine' | 'theirs' | 'both';

/** A segment of which both people changed the same thing, or that one changed and the other took away. */
export interface Collision {
  readonly key: string;
  /** What both began from; null when both made it (two judgements of one suggestion) or nobody knows. */
  readonly base: Segment | null;
  readonly mine: Segment | null;
  readonly theirs: Segment | null;
  /** The fields that both changed, differently; empty where one of them took the segment away. */
  readonly fields: readonly (keyof Segment)[];
}

export interface Merged {
  readonly document: WorkDocument;
  readonly collisions: readonly Collision[];
}

type Choose = (key: string) => Choice;

/** The fields that follow from others: they never collide. */
const DERIVED: ReadonlySet<keyof Segment> = new Set(['draft_explanation', 'draft_id']);

/** A model's segment may be judged under two keys by two people: mine goes on under theirs. */
function pairedKeys(patch: DocumentPatch, theirs: WorkDocument): Map<string, Segment> {
  const theirsBySource = new Map<number, Segment>();
  const theirKeys = new Set<string>();
  for (const segment of theirs.segments) {
    theirKeys.add(segment.key);
    if (segment.source_id !== null) theirsBySource.set(segment.source_id, segment);
  }
  const paired = new Map<string, Segment>();
  for (const { key, before, after } of patch.segments) {
    if (before !== null || !after || after.source_id === null || theirKeys.has(key)) continue;
    const twin = theirsBySource.get(after.source_id);
    if (twin) paired.set(key, twin);
  }
  return paired;
}

function isRejected(segment: Segment): boolean {
  return segment.outcome === 'rejected';
}

/** Whether a field was changed; accepted, changed and manual follow from the rest, so only a rejection counts as one. */
function differs(name: keyof Segment, a: Segment, b: Segment): boolean {
  if (name === 'outcome') return isRejected(a) !== isRejected(b);
  return !isSameValue(a[name], b[name]);
}

function collidingFields(base: Segment | null, mine: Segment, theirs: Segment): (keyof Segment)[] {
  const fields = changedFields(mine, theirs).filter((name) => !DERIVED.has(name) && differs(name, mine, theirs));
  if (base === null) return fields;
  const both = fields.filter((name) => differs(name, base, mine) && differs(name, base, theirs));
  // My new start and their new end can leave nothing between them.
  const [start, end] = [pick('start_ms', base, mine, theirs), pick('end_ms', base, mine, theirs)];
  const isEmpty = Number(start) >= Number(end) && !both.includes('start_ms') && !both.includes('end_ms');
  return isEmpty ? [...both, 'start_ms', 'end_ms'] : both;
}

function pick(name: keyof Segment, base: Segment, mine: Segment, theirs: Segment): Segment[keyof Segment] {
  return differs(name, base, mine) ? mine[name] : theirs[name];
}

function joined(a: string, b: string): string {
  if (a.trim() === '' || b.includes(a)) return b;
  return b.trim() === '' || a.includes(b) ? a : `${a} ${b}`;
}

function union(merged: Segment, mine: Segment, theirs: Segment): Segment {
  return {
    ...merged,
    start_ms: Math.min(mine.start_ms, theirs.start_ms),
    end_ms: Math.max(mine.end_ms, theirs.end_ms),
    explanation: joined(mine.explanation, theirs.explanation),
    dialogue: turnsOf(joinedPairs(pairsOf(theirs), pairsOf(mine)).slice(0, MOST_PAIRS)),
  };
}

/** Both versions of a segment in one; `choice` decides the fields that both changed. */
export function mergedSegment(base: Segment | null, mine: Segment, theirs: Segment, choice: Choice): Segment {
  if (isSameSegment(base, theirs)) return { ...mine, key: theirs.key };
  if (isSameSegment(base, mine)) return theirs;
  const colliding = new Set(collidingFields(base, mine, theirs));
  const winner = choice === 'theirs' ? theirs : mine;
  const names = Object.keys({ ...theirs, ...mine }) as (keyof Segment)[];
  const values = names.map((name) => {
    if (name === 'key') return [name, theirs.key];
    const isOpen = base === null || colliding.has(name) || name === 'outcome';
    return [name, isOpen ? winner[name] : pick(name, base, mine, theirs)];
  });
  const merged = Object.fromEntries(values) as Segment;
  const whole = choice === 'both' ? union(merged, mine, theirs) : merged;
  return base && !colliding.has('outcome') ? { ...whole, outcome: outcomeOfMerge(base, mine, theirs) } : whole;
}

function outcomeOfMerge(base: Segment, mine: Segment, theirs: Segment): Segment['outcome'] {
  const decider = isRejected(base) === isRejected(mine) ? theirs : mine;
  if (isRejected(decider) || mine.outcome === theirs.outcome) return decider.outcome;
  return decider.source_id === null ? 'manual' : 'changed';
}

interface Settled {
  readonly segment: Segment | null;
  readonly collision: Collision | null;
}

function settled(change: SegmentChange, theirs: Segment | null, choose: Choose): Settled {
  const { key, before: base, after: mine } = change;
  if (isSameSegment(mine, theirs)) return { segment: theirs, collision: null };
  if (mine && theirs) {
    const fields = collidingFields(base, mine, theirs);
    const collision = fields.length > 0 ? { key, base, mine, theirs, fields } : null;
    return { segment: mergedSegment(base, mine, theirs, choose(key)), collision };
  }
  // One of us has taken it away. What the other left alone goes; what the other changed is asked about.
  const left = mine ?? theirs;
  if (mine && base === null) return { segment: mine, collision: null };
  if (theirs && isSameSegment(base, theirs)) return { segment: null, collision: null };
  const collision: Collision = { key, base, mine, theirs, fields: [] };
  const choice = choose(key);
  if (choice === 'both') return { segment: left, collision };
  return { segment: choice === 'mine' ? mine : theirs, collision };
}

function rejudged(segment: Segment, prediction: Prediction | null): Segment {
  if (isRejected(segment) || segment.source_id === null) return segment;
  const outcome = outcomeOf(segment, sourceOf(segment, prediction));
  return outcome === segment.outcome ? segment : { ...segment, outcome };
}

/**
 * Somebody's version with my changes on it. What only one of us changed is kept as that one has it, down to the field;
 * for the rest `choose` says who is heard, and the collisions are listed.
 */
export function rebased(
  patch: DocumentPatch,
  theirs: WorkDocument,
  choose: Choose = () => 'mine',
  prediction: Prediction | null = null,
): Merged {
  const paired = pairedKeys(patch, theirs);
  const theirsByKey = new Map(theirs.segments.map((segment) => [segment.key, segment]));
  const [changed, collisions] = [new Map<string, Segment | null>(), [] as Collision[]];
  for (const change of patch.segments) {
    const twin = theirsByKey.get(change.key) ?? paired.get(change.key) ?? null;
    const { segment, collision } = settled(change, twin, choose);
    changed.set(twin?.key ?? change.key, segment && rejudged(segment, prediction));
    if (collision) collisions.push(collision);
  }
  const kept = theirs.segments.flatMap((segment) => {
    const now = changed.get(segment.key);
    return now === undefined ? [segment] : now ? [now] : [];
  });
  const added = [...changed].flatMap(([key, segment]) => (segment && !theirsByKey.has(key) ? [segment] : []));
  const segments = [...kept, ...added];
  const is_fully_watched = patch.is_fully_watched ?? theirs.is_fully_watched;
  return { document: { ...theirs, segments, is_fully_watched }, collisions };
}

/** A document with a change on it, whatever else happened to it since the change was made. */
export function patched(document: WorkDocument, patch: DocumentPatch): WorkDocument {
  return rebased(patch, document).document;
}

/** Three-way: what I and what they made of `base`; without a base the union, in which nothing is taken away. */
export function mergedDocument(
  base: WorkDocument | null,
  mine: WorkDocument,
  theirs: WorkDocument,
  choose: Choose = () => 'mine',
  prediction: Prediction | null = null,
): Merged {
  const began = base ?? { ...mine, segments: [], is_fully_watched: false };
  const merged = rebased(patchOf(began, mine), theirs, choose, prediction);
  const spent_ms = Math.max(mine.spent_ms, theirs.spent_ms);
  return { ...merged, document: { ...merged.document, spent_ms } };
}
