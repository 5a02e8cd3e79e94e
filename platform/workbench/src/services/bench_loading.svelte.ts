/** Opens a video for work, and waits while its playable copy is still being made. */
import { FrameTable } from '../geometry/frames';
import type { Prediction, Workbench } from '../state/contract';
import { ApiError, frameTimesOf, scoresOf, workbenchOf } from './api';
import type { Player } from './player.svelte';
import { workbenchOfOther } from './review_api';
import type { Scope } from './scope';

const POLL_MS = 2000;
const PREDICTION_POLL_MS = 8000;
const UNDERWAY: readonly string[] = ['queued', 'running'];

export type Opening =
  | { readonly is: 'loading' }
  | { readonly is: 'failed'; readonly detail: string }
  | { readonly is: 'preparing' | 'quarantined' | 'ready'; readonly bench: Workbench };

export function openingOf(bench: Workbench): Opening {
  const { video } = bench;
  if (video.proxy_url !== null) return { is: 'ready', bench };
  return { is: UNDERWAY.includes(video.state) ? 'preparing' : 'quarantined', bench };
}

/** Everything to open a video with: the answer about it, and the scores, which come apart. */
export async function benchOf(video_id: number, question_id: number | null, annotation_id: number | null = null): Promise<Workbench> {
  const bench = await (annotation_id === null ? workbenchOf(video_id, question_id) : workbenchOfOther(annotation_id));
  const { prediction } = bench;
  return prediction ? { ...bench, prediction: { ...prediction, ...(await scoresOf(prediction.scores_url)) } } : bench;
}

export class BenchLoading {
  opening = $state.raw<Opening>({ is: 'loading' });

  constructor(
    private readonly video_id: number,
    private readonly question_id: number | null,
    private readonly scope: Scope,
    /** Somebody else's annotation, for a reviewer. */
    private readonly annotation_id: number | null = null,
  ) {}

  async load(): Promise<void> {
    try {
      this.opening = openingOf(await benchOf(this.video_id, this.question_id, this.annotation_id));
      if (this.opening.is === 'preparing') this.loadAfter(POLL_MS);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A page that waits goes on waiting through a short outage.
      if (error.isPassing && this.opening.is === 'preparing') this.loadAfter(2 * POLL_MS);
      else this.opening = { is: 'failed', detail: error.message };
    }
  }

  private loadAfter(delay_ms: number): void {
    this.scope.after(delay_ms, () => void this.load());
  }

  retry(): void {
    this.opening = { is: 'loading' };
    void this.load();
  }
}

/** Looks now and then for the model's prediction of a video that was opened before the model had seen it. */
export function predictionAwait(bench: Workbench, scope: Scope, found: (prediction: Prediction) => void): void {
  if (bench.prediction) return;
  scope.after(PREDICTION_POLL_MS, () => {
    benchOf(bench.video.id, bench.question?.id ?? null).then(
      (now) => {
        if (now.prediction) found(now.prediction);
        else predictionAwait(bench, scope, found);
      },
      () => { predictionAwait(bench, scope, found); },
    );
  });
}

/** Gives the player its frames: an even table at once, the exact one when it has come. */
export async function framesLoad(bench: Workbench, player: Player): Promise<void> {
  const { video } = bench;
  player.framesAre(FrameTable.even(video.fps, video.frame_count, video.duration_ms), false);
  try {
    const times_ms = await frameTimesOf(video.id);
    if (times_ms.length > 0) player.framesAre(new FrameTable(times_ms, video.duration_ms), true);
  } catch (error) {
    // Without the table stepping is still right for constant frame rates; the page works on.
    if (!(error instanceof ApiError)) throw error;
  }
}
