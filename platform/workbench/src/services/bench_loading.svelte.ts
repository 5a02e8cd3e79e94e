/** Opens a video for work, and waits while its playable copy is still being made. */
import { FrameTable } from '../geometry/frames';
import type { Prediction, Workbench } from '../state/contract';
import { ApiError, frameTimesOf, scoresOf, videoRetry, workbenchOf } from './api';
import type { Player } from './player.svelte';
import { workbenchOfOther } from './review_api';
import type { Scope } from './scope';

const POLL_MS = 2000;
const RETRY_MS: readonly number[] = [1000, 2000, 4000, 8000, 15_000, 30_000];
const PREDICTION_POLL_MS = 5000;
const UNDERWAY: readonly string[] = ['queued', 'running'];

export type Opening =
  | { readonly is: 'loading' }
  /** Worth another try, which comes by itself after `retry_s`. */
  | { readonly is: 'away'; readonly detail: string; readonly retry_s: number }
  | { readonly is: 'signed_out'; readonly detail: string }
  | { readonly is: 'refused'; readonly detail: string }
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
  /** What a manager's Retry was answered with, if it failed. */
  retryFault = $state('');
  private failures = 0;
  private stopRetry: () => void = () => undefined;

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
      this.failures = 0;
      if (this.opening.is === 'preparing') this.loadAfter(POLL_MS);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed(error);
    }
  }

  private failed(error: ApiError): void {
    if (!error.isPassing) {
      this.opening = { is: error.isSignedOut ? 'signed_out' : 'refused', detail: error.message };
      return;
    }
    const delay_ms = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? POLL_MS;
    this.failures += 1;
    // A page that waits goes on waiting through a short outage.
    if (this.opening.is !== 'preparing') this.opening = { is: 'away', detail: error.message, retry_s: delay_ms / 1000 };
    this.loadAfter(delay_ms);
  }

  private loadAfter(delay_ms: number): void {
    this.stopRetry();
    this.stopRetry = this.scope.after(delay_ms, () => void this.load());
  }

  /** Tries again at once. */
  retry(): void {
    this.stopRetry();
    this.opening = { is: 'loading' };
    void this.load();
  }

  /** A manager lets a video in quarantine be made ready again. */
  async makeReady(): Promise<void> {
    this.retryFault = '';
    try {
      await videoRetry(this.video_id);
      this.retry();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.retryFault = error.message;
    }
  }
}

/** What the page is told while it waits for the model. */
export interface Waiting {
  readonly found: (prediction: Prediction) => void;
  readonly stands: (awaited: Workbench['awaited']) => void;
}

/** Looks now and then for the model's prediction of a video that was opened before the model had seen it. */
export function predictionAwait(bench: Workbench, scope: Scope, waiting: Waiting): void {
  if (bench.prediction) return;
  scope.after(PREDICTION_POLL_MS, () => {
    benchOf(bench.video.id, bench.question?.id ?? null).then(
      (now) => {
        waiting.stands(now.awaited);
        if (now.prediction) waiting.found(now.prediction);
        else predictionAwait(bench, scope, waiting);
      },
      () => { predictionAwait(bench, scope, waiting); },
    );
  });
}

/** Gives the player its frames: an even table at once, the exact one when it has come. */
export async function framesLoad(bench: Workbench, player: Player, scope: Scope, failures = 0): Promise<void> {
  const { video } = bench;
  if (failures === 0) player.framesAre(FrameTable.even(video.fps, video.frame_count, video.duration_ms), false);
  try {
    const times_ms = await frameTimesOf(video.id);
    if (times_ms.length > 0) player.framesAre(new FrameTable(times_ms, video.duration_ms), true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Until the table is here the page says that its frame numbers are an estimate.
    const delay_ms = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? POLL_MS;
    if (error.isPassing || error.isSignedOut) scope.after(delay_ms, () => void framesLoad(bench, player, scope, failures + 1));
  }
}
