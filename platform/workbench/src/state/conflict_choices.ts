/** What the conflict view shows of each collision, and what a choice makes of it. */
import type { Segment } from './contract';
import { mergedSegment, type Choice, type Collision } from './merge';

export interface Version {
  readonly choice: Choice;
  /** null: with this choice the segment is gone. */
  readonly segment: Segment | null;
}

/** The versions to choose from. Where one of the two deleted the segment there is nothing to put together. */
export function versionsOf({ base, mine, theirs }: Collision): Version[] {
  if (!mine || !theirs) return [{ choice: 'mine', segment: mine }, { choice: 'theirs', segment: theirs }];
  return (['mine', 'theirs', 'both'] as const).map((choice) => ({ choice, segment: mergedSegment(base, mine, theirs, choice) }));
}

/** What is chosen before the person has chosen: mine; but nothing is deleted unasked. */
export function firstChoice({ mine }: Collision): Choice {
  return mine ? 'mine' : 'theirs';
}

/** A choice for all, as far as a collision offers it. */
export function choiceFor(collision: Collision, wanted: Choice): Choice {
  if (wanted !== 'both' || (collision.mine && collision.theirs)) return wanted;
  return firstChoice(collision);
}

export interface Bar {
  readonly left: number;
  readonly width: number;
}

/** Stretches as shares of the time that all of them cover, with a little air at both ends; null where there is none. */
export function barsOf(segments: readonly (Segment | null)[]): (Bar | null)[] {
  const there = segments.filter((segment) => segment !== null);
  const start = Math.min(...there.map((segment) => segment.start_ms));
  const end = Math.max(...there.map((segment) => segment.end_ms));
  const air = 0.04 * (end - start);
  const share = (time_ms: number) => (time_ms - start + air) / (end - start + 2 * air);
  return segments.map((segment) => segment && { left: share(segment.start_ms), width: share(segment.end_ms) - share(segment.start_ms) });
}
