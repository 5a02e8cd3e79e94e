/** Where a dragged edge comes to rest: at a near mark (playhead, another edge), else at a frame boundary. */
import type { FrameTable } from './frames';

export const MAGNET_PX = 6;

export interface Rest {
  readonly time_ms: number;
  /** The mark that holds it, to be drawn as a guide; null when only frames did. */
  readonly mark_ms: number | null;
}

export function restOf(time_ms: number, marks_ms: readonly number[], frames: FrameTable, ms_per_px: number, is_free: boolean): Rest {
  const inside = Math.min(Math.max(time_ms, 0), frames.duration_ms);
  if (is_free) return { time_ms: Math.round(inside), mark_ms: null };
  let mark_ms: number | null = null;
  for (const mark of marks_ms) {
    const distance = Math.abs(mark - inside);
    if (distance > MAGNET_PX * ms_per_px) continue;
    if (mark_ms === null || distance < Math.abs(mark_ms - inside)) mark_ms = mark;
  }
  return { time_ms: mark_ms ?? frames.snapped(inside), mark_ms };
}
