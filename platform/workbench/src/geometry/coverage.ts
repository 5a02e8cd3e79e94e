/** Which parts of a video have been played, so that "watched all of it" is more than a claim. */

export interface Interval {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** The union with one more played interval, kept in order and without overlaps. */
export function coverageWith(played: readonly Interval[], added: Interval, tolerance_ms = 250): Interval[] {
  if (added.end_ms <= added.start_ms) return [...played];
  let { start_ms, end_ms } = added;
  const rest: Interval[] = [];
  for (const interval of played) {
    if (interval.end_ms < start_ms - tolerance_ms || interval.start_ms > end_ms + tolerance_ms) rest.push(interval);
    else {
      start_ms = Math.min(start_ms, interval.start_ms);
      end_ms = Math.max(end_ms, interval.end_ms);
    }
  }
  return [...rest, { start_ms, end_ms }].sort((a, b) => a.start_ms - b.start_ms);
}

/** Share of the video that has been played, 0 to 1. */
export function coverageShare(played: readonly Interval[], duration_ms: number): number {
  const sum = played.reduce((total, interval) => total + interval.end_ms - interval.start_ms, 0);
  return duration_ms > 0 ? Math.min(1, sum / duration_ms) : 0;
}

/** What has not been played, shorter gaps than `shortest_ms` left out. */
export function gapsOf(played: readonly Interval[], duration_ms: number, shortest_ms = 1000): Interval[] {
  const starts = [0, ...played.map((interval) => interval.end_ms)];
  const ends = [...played.map((interval) => interval.start_ms), duration_ms];
  const gaps = starts.map((start_ms, at) => ({ start_ms, end_ms: ends[at] ?? duration_ms }));
  return gaps.filter((gap) => gap.end_ms - gap.start_ms >= shortest_ms);
}

/** The gap that a time is in or that comes next, the first one after the last. */
export function gapAfter(gaps: readonly Interval[], time_ms: number): Interval | null {
  return gaps.find((gap) => gap.start_ms > time_ms) ?? gaps[0] ?? null;
}
