/** Where the ruler puts its marks: round times, never closer than they can be read. */
import type { View } from './view';

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000,
];

export interface Ruler {
  readonly step_ms: number;
  readonly major_ms: readonly number[];
  readonly minor_ms: readonly number[];
}

function marks(view: View, step_ms: number): number[] {
  const first = Math.ceil(view.start_ms / step_ms);
  const last = Math.floor(view.end_ms / step_ms);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step_ms);
}

/** Marks of a view; `labels_apart_px` is the least room of one label. */
export function rulerOf(view: View, ms_per_px: number, labels_apart_px = 84): Ruler {
  const wanted = ms_per_px * labels_apart_px;
  const step_ms = STEPS_MS.find((step) => step >= wanted) ?? 86_400_000;
  const parts = [10, 5, 4, 3, 2].find((count) => step_ms % count === 0 && step_ms / count / ms_per_px >= 7) ?? 1;
  const minor_ms = parts === 1 ? [] : marks(view, step_ms / parts).filter((time) => time % step_ms !== 0);
  return { step_ms, major_ms: marks(view, step_ms), minor_ms };
}
