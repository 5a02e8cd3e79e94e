/** From the moment a person tapped to the moment it happened. */

/** How long a person takes from seeing to tapping, in real time, until their own taps say better. */
export const REACTION_MS = 350;

/** The time in the video at which the person saw it: faster play makes the reaction cover more of the video. */
export function seenAt(tapped_ms: number, speed: number, reaction_ms: number): number {
  return Math.max(0, Math.round(tapped_ms - reaction_ms * speed));
}

/** Marks in order, without one that says the same as another within `apart_ms`. */
export function marksWith(marks_ms: readonly number[], added_ms: number, apart_ms = 500): number[] {
  if (marks_ms.some((mark) => Math.abs(mark - added_ms) < apart_ms)) return [...marks_ms];
  return [...marks_ms, added_ms].sort((a, b) => a - b);
}

export const SPEEDS = [1, 2, 3, 4, 6, 8] as const;

/** The speed one step faster or slower. */
export function speedBeside(speed: number, by: 1 | -1): number {
  const found = by > 0 ? SPEEDS.find((one) => one > speed) : SPEEDS.findLast((one) => one < speed);
  return found ?? speed;
}
