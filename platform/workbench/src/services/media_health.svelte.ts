/** Whether the picture comes: notices waiting, a lost network, an ended login, a broken file; and brings the video back. */
import { troubleOf, type Trouble } from '../state/media_trouble';
import type { Scope } from './scope';

/** Shorter waits are not worth a word. */
const WAIT_SHOWN_AFTER_MS = 300;
const HEALTHY_AFTER_MS = 2000;
const RETRY_MS: readonly number[] = [1000, 2000, 4000, 8000, 15_000, 30_000];

/** What the player lends: where to go on when the video is back. */
export interface Place {
  readonly position_ms: () => number;
  readonly isPlaying: () => boolean;
  readonly goOn: (position_ms: number, isPlaying: boolean) => void;
  readonly stopped: () => void;
}

export class MediaHealth {
  /** Why there is no picture; null while all is well. */
  trouble = $state.raw<Trouble | null>(null);
  /** The picture that was asked for is on its way, for longer than a moment. */
  is_waiting = $state(false);
  private video: HTMLVideoElement | null = null;
  private scope: Scope | null = null;
  private place: Place | null = null;
  private lost: { readonly position_ms: number; readonly isPlaying: boolean } | null = null;
  private reloads = 0;
  private outages = 0;
  private stopTimer: () => void = () => undefined;
  private stopRetry: () => void = () => undefined;

  attach(video: HTMLVideoElement, scope: Scope, place: Place): void {
    this.video = video;
    this.scope = scope;
    this.place = place;
    scope.own(() => (this.video = null));
    for (const name of ['waiting', 'seeking', 'loadstart'] as const) scope.listen(video, name, () => { this.waits(); });
    for (const name of ['playing', 'seeked', 'canplay', 'error'] as const) scope.listen(video, name, () => { this.comes(); });
    scope.listen(video, 'loadeddata', () => { this.back(); });
    scope.listen(video, 'error', () => void this.failed());
    scope.listen(window, 'online', () => { this.retryIfPassing(); });
    // Somebody who has logged in again in another tab comes back to this one.
    scope.listen(window, 'focus', () => { this.retryIfPassing(); });
  }

  private waits(): void {
    this.stopTimer();
    this.stopTimer = this.scope?.after(WAIT_SHOWN_AFTER_MS, () => (this.is_waiting = true)) ?? this.stopTimer;
  }

  private comes(): void {
    this.stopTimer();
    this.is_waiting = false;
  }

  private back(): void {
    const { lost } = this;
    this.lost = null;
    this.trouble = null;
    if (lost) this.place?.goOn(lost.position_ms, lost.isPlaying);
    this.scope?.after(HEALTHY_AFTER_MS, () => {
      if (!this.trouble) this.reloads = this.outages = 0;
    });
  }

  private async failed(): Promise<void> {
    const { video, place } = this;
    if (!video || !place) return;
    this.lost ??= { position_ms: place.position_ms(), isPlaying: place.isPlaying() };
    place.stopped();
    await this.examine(video);
  }

  /** Asks the server itself: the element only says that something went wrong. */
  private async examine(video: HTMLVideoElement): Promise<void> {
    const reason = video.error?.message ?? '';
    let status = 0;
    try {
      const response = await fetch(video.currentSrc, { headers: { Range: 'bytes=0-1' }, cache: 'no-store', redirect: 'manual' });
      // A redirection is the way to the login page.
      status = response.type === 'opaqueredirect' ? 401 : response.status;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    if (!this.video) return;
    const trouble = troubleOf(status, this.reloads, reason);
    if (trouble === null) {
      this.reloads += 1;
      video.load();
      return;
    }
    this.trouble = trouble;
    this.reloads = 0;
    if (trouble.is_passing) this.retryLater();
  }

  private retryLater(): void {
    this.stopRetry();
    const delay_ms = RETRY_MS[Math.min(this.outages, RETRY_MS.length - 1)] ?? 1000;
    this.outages += 1;
    this.stopRetry = this.scope?.after(delay_ms, () => { this.retry(); }) ?? this.stopRetry;
  }

  private retryIfPassing(): void {
    if (this.trouble?.is_passing) this.retry();
  }

  /** Tries again now. The place is kept. */
  retry(): void {
    this.stopRetry();
    if (this.video && this.trouble) void this.examineAgain(this.video);
  }

  private async examineAgain(video: HTMLVideoElement): Promise<void> {
    // What was broken may have been made anew meanwhile; everything else is asked first.
    if (this.trouble?.kind === 'broken') video.load();
    else await this.examine(video);
  }
}
