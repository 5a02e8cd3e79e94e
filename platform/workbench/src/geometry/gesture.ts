/** How far a gesture zooms or scrolls: gentle at its beginning, and from a day to one frame before it ends. */

const WHEEL = 0.0025;
const PINCH_ON_TRACKPAD = 0.01;
const RUN_ENDS_AFTER_MS = 200;
/** After so many pixels in one go, a turn of the wheel counts twice. */
const DOUBLED_AFTER_PX = 600;
const MOST_GAIN = 8;

/** A turn of the wheel, and those before it that belong to the same gesture. */
export interface WheelRun {
  readonly sign: number;
  readonly turned_px: number;
  readonly at_ms: number;
  /** By how much this turn zooms; above 1 = closer. */
  readonly factor: number;
}

export const NO_RUN: WheelRun = { sign: 0, turned_px: 0, at_ms: -Infinity, factor: 1 };

/** The next turn of a run. A run that goes on zooms faster and faster; a pause or a turn back begins a new one. */
export function wheelTurned(run: WheelRun, down_px: number, at_ms: number, is_pinch: boolean): WheelRun {
  const sign = Math.sign(down_px);
  const goesOn = sign === run.sign && at_ms - run.at_ms < RUN_ENDS_AFTER_MS;
  // A pinch on a trackpad comes as a wheel too, with far smaller numbers.
  const turned_px = (goesOn ? run.turned_px : 0) + Math.abs(down_px) * (is_pinch ? 6 : 1);
  const gain = Math.min(MOST_GAIN, 1 + turned_px / DOUBLED_AFTER_PX);
  return { sign, turned_px, at_ms, factor: Math.exp(-down_px * (is_pinch ? PINCH_ON_TRACKPAD : WHEEL) * gain) };
}

/** Zoom of two fingers that were `from_px` apart and are now `to_px` apart: as they lie, and more the further they go. */
export function pinchFactor(from_px: number, to_px: number): number {
  const moved = Math.log(Math.max(to_px, 1) / Math.max(from_px, 1));
  return Math.exp(moved * (1 + 1.15 * Math.max(0, Math.abs(moved) - 0.7)));
}

/** Zoom of a drag up (closer) or down on the ruler. */
export function dragFactor(up_px: number): number {
  return Math.exp(0.012 * up_px + Math.sign(up_px) * 0.0002 * up_px * up_px);
}

const BORDER_PX = 6;

/** Pixels a second that the view scrolls while something is dragged over its border; 0 inside. */
export function scrollSpeed(x: number, left_px: number, right_px: number): number {
  const beyond = x < left_px + BORDER_PX ? x - left_px - BORDER_PX : x > right_px - BORDER_PX ? x - right_px + BORDER_PX : 0;
  return Math.sign(beyond) * Math.min(4000, Math.abs(beyond) * 14);
}
