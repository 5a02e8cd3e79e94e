/** The stretches where the model is least sure: where its branches disagree, or the score lies near the middle. */
import type { Scores } from '../state/contract';

export interface Stretch {
  readonly start_ms: number;
  readonly end_ms: number;
  /** 0 = sure, 1 = as unsure as can be. */
  readonly doubt: number;
}

/** Doubt of one clip: the spread of the three branches, or the closeness of the fused score to the middle, whichever is more. */
export function doubtOf(raw: number, long: number, short: number, fused: number): number {
  const spread = Math.max(raw, long, short) - Math.min(raw, long, short);
  return Math.max(spread, 1 - 2 * Math.abs(fused - 0.5));
}

/** Stretches of neighbouring clips that are among the `share` most doubtful of this video, in order of time. */
export function uncertainStretches(prediction: Scores, share = 0.15): Stretch[] {
  const { raw, long, short, fused } = prediction;
  const doubts = new Float64Array(fused.length);
  for (let clip = 0; clip < doubts.length; clip += 1) {
    const score = fused[clip] ?? 0;
    doubts[clip] = doubtOf(raw[clip] ?? score, long[clip] ?? score, short[clip] ?? score, score);
  }
  if (doubts.length === 0) return [];
  const ranked = doubts.slice().sort(); // ascending
  const count = ranked.length;
  const bar = ranked[count - Math.min(count, Math.max(1, Math.ceil(count * share)))] ?? 0;
  const stretches: Stretch[] = [];
  doubts.forEach((doubt, index) => {
    if (doubt < bar || doubt === 0) return;
    const [start_ms, end_ms] = [prediction.clip_start_ms[index] ?? 0, prediction.clip_end_ms[index] ?? 0];
    const last = stretches.at(-1);
    if (last && start_ms <= last.end_ms + 1) {
      stretches[stretches.length - 1] = { start_ms: last.start_ms, end_ms, doubt: Math.max(last.doubt, doubt) };
    } else stretches.push({ start_ms, end_ms, doubt });
  });
  return stretches;
}

/** The next stretch that begins after a time; the first one again when none is left. */
export function stretchAfter(stretches: readonly Stretch[], time_ms: number): Stretch | null {
  return stretches.find((stretch) => stretch.start_ms > time_ms + 1) ?? stretches[0] ?? null;
}
