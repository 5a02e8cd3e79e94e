/** The stretch of time that the timeline shows, and how it zooms and pans. */

export interface View {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** The finest zoom: one frame of 60 a second over the whole width. */
export const MIN_SPAN_MS = 16;

export function spanOf(view: View): number {
  return view.end_ms - view.start_ms;
}

export function wholeView(duration_ms: number): View {
  return { start_ms: 0, end_ms: Math.max(duration_ms, MIN_SPAN_MS) };
}

/** The same span moved inside the video; a span longer than the video becomes the whole. */
export function clampedView(view: View, duration_ms: number): View {
  const whole = spanOf(wholeView(duration_ms));
  const span = Math.min(Math.max(spanOf(view), MIN_SPAN_MS), whole);
  const start_ms = Math.min(Math.max(view.start_ms, 0), whole - span);
  return { start_ms, end_ms: start_ms + span };
}

/** Zooms by `factor` (above 1 = closer) and keeps `anchor_ms` where it is on screen. */
export function zoomedView(view: View, anchor_ms: number, factor: number, duration_ms: number): View {
  const whole = spanOf(wholeView(duration_ms));
  const span = Math.min(Math.max(spanOf(view) / factor, MIN_SPAN_MS), whole);
  const share = (anchor_ms - view.start_ms) / spanOf(view);
  return clampedView({ start_ms: anchor_ms - share * span, end_ms: anchor_ms + (1 - share) * span }, duration_ms);
}

export function pannedView(view: View, by_ms: number, duration_ms: number): View {
  return clampedView({ start_ms: view.start_ms + by_ms, end_ms: view.end_ms + by_ms }, duration_ms);
}

/** The view around an interval, with air on both sides. */
export function viewAround(start_ms: number, end_ms: number, duration_ms: number): View {
  const air = Math.max((end_ms - start_ms) * 0.6, 1000);
  return clampedView({ start_ms: start_ms - air, end_ms: end_ms + air }, duration_ms);
}

export function holds(view: View, time_ms: number): boolean {
  return time_ms >= view.start_ms && time_ms <= view.end_ms;
}

const MARGIN = 0.08;

/**
 * Where the view goes when the playhead comes near its border while playing: one page on, so that it rests in between.
 * The same view where nothing has to move.
 */
export function followingView(view: View, time_ms: number, direction: 1 | -1, duration_ms: number): View {
  const span = spanOf(view);
  const share = (time_ms - view.start_ms) / span;
  const isNearBorder = direction > 0 ? share > 1 - MARGIN || share < 0 : share < MARGIN || share > 1;
  if (!isNearBorder) return view;
  const ahead = direction > 0 ? MARGIN : 1 - MARGIN;
  const page = clampedView({ start_ms: time_ms - ahead * span, end_ms: time_ms + (1 - ahead) * span }, duration_ms);
  return page.start_ms === view.start_ms && page.end_ms === view.end_ms ? view : page;
}

/** A view on the way from one to another; `share` 0 is the first, 1 the second. Slow at both ends. */
export function viewBetween(from: View, to: View, share: number): View {
  const eased = share * share * (3 - 2 * share);
  return {
    start_ms: from.start_ms + (to.start_ms - from.start_ms) * eased,
    end_ms: from.end_ms + (to.end_ms - from.end_ms) * eased,
  };
}

/** A few frames around a time: where single frames can be told apart. */
export function frameView(time_ms: number, frame_ms: number, duration_ms: number): View {
  return clampedView({ start_ms: time_ms - 4 * frame_ms, end_ms: time_ms + 4 * frame_ms }, duration_ms);
}

/** The view moved as little as possible so that an interval can be seen; wider when it does not fit. */
export function revealingView(view: View, start_ms: number, end_ms: number, duration_ms: number): View {
  if (start_ms >= view.start_ms && end_ms <= view.end_ms) return view;
  if (end_ms - start_ms > spanOf(view) * 0.9) return viewAround(start_ms, end_ms, duration_ms);
  const middle = (start_ms + end_ms) / 2;
  return clampedView({ start_ms: middle - spanOf(view) / 2, end_ms: middle + spanOf(view) / 2 }, duration_ms);
}

/** Between times and pixels of a drawn strip `[left_px, left_px + width_px)`. */
export class Scale {
  constructor(
    readonly view: View,
    readonly left_px: number,
    readonly width_px: number,
  ) {}

  x(time_ms: number): number {
    return this.left_px + ((time_ms - this.view.start_ms) / spanOf(this.view)) * this.width_px;
  }

  time(x_px: number): number {
    return this.view.start_ms + ((x_px - this.left_px) / Math.max(this.width_px, 1)) * spanOf(this.view);
  }

  get msPerPx(): number {
    return spanOf(this.view) / Math.max(this.width_px, 1);
  }
}
