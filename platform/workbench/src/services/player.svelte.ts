/** The video element as the workbench sees it: exact frames in and out, and where the playhead is. */
import { coverageWith, type Interval } from '../geometry/coverage';
import { FrameTable } from '../geometry/frames';
import type { Scope } from './scope';

/** Media times are rounded by the container and the frame table to whole milliseconds; this bridges both roundings. */
const ROUNDING_MS = 2;
const SHUTTLE_RATES = [1, 2, 4, 8] as const;

export class Player {
  /** Where the playhead is. */
  time_ms = $state(0);
  is_playing = $state(false);
  /** Speed chosen for playing, negative while running backwards. */
  rate = $state(1);
  error = $state('');
  is_ready = $state(false);
  frames = $state.raw(FrameTable.even(25, 1, 0));
  played = $state.raw<readonly Interval[]>([]);
  /** The stretch being played for itself; playing ends with it. */
  private until_ms: number | null = null;
  private loop: Interval | null = null;
  private video: HTMLVideoElement | null = null;
  private waiting_ms: number | null = null;
  private lastShown_ms: number | null = null;
  private isReversing = false;

  readonly frame = $derived.by(() => this.frames.frameAt(this.time_ms));

  attach(video: HTMLVideoElement, scope: Scope): void {
    this.video = video;
    scope.own(() => {
      this.video = null;
    });
    scope.listen(video, 'loadeddata', () => {
      this.is_ready = true;
      this.error = '';
    });
    scope.listen(video, 'play', () => (this.is_playing = true));
    scope.listen(video, 'pause', () => {
      if (!this.isReversing) this.is_playing = false;
      this.lastShown_ms = null;
    });
    scope.listen(video, 'ended', () => {
      this.time_ms = this.frames.startOf(this.frames.count - 1);
      if (this.loop) this.playLoop(this.loop);
    });
    scope.listen(video, 'error', () => {
      this.error = video.error?.message || 'The browser cannot play this file.';
    });
    scope.listen(video, 'seeked', () => {
      const next = this.waiting_ms;
      this.waiting_ms = null;
      if (next !== null) this.seekMedia(next);
    });
    this.watchFrames(video, scope);
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.is_ready = true;
  }

  private watchFrames(video: HTMLVideoElement, scope: Scope): void {
    let handle = 0;
    const shown: VideoFrameRequestCallback = (_now, metadata) => {
      this.shown(Math.round(metadata.mediaTime * 1000));
      handle = video.requestVideoFrameCallback(shown);
    };
    handle = video.requestVideoFrameCallback(shown);
    scope.own(() => {
      video.cancelVideoFrameCallback(handle);
    });
  }

  private shown(media_ms: number): void {
    const start_ms = this.frames.startOf(this.frames.frameAt(media_ms + ROUNDING_MS));
    if (this.video?.paused === false) {
      const last = this.lastShown_ms;
      if (last !== null && start_ms > last && start_ms - last < 1500) {
        this.played = coverageWith(this.played, { start_ms: last, end_ms: start_ms });
      }
      this.lastShown_ms = start_ms;
      this.time_ms = start_ms;
      this.stopAtEnd(start_ms);
    }
  }

  private stopAtEnd(time_ms: number): void {
    if (this.loop && time_ms >= this.loop.end_ms - 1) {
      this.seek(this.loop.start_ms);
      return;
    }
    if (this.until_ms !== null && this.frames.endOf(this.frames.frameAt(time_ms)) >= this.until_ms) {
      this.until_ms = null;
      this.video?.pause();
    }
  }

  /** Shows the frame at a time. While a seek runs only the newest wish is kept, so dragging never queues up. */
  seek(time_ms: number): void {
    const frame = this.frames.frameAt(Math.min(Math.max(time_ms, 0), this.frames.duration_ms));
    this.time_ms = this.frames.startOf(frame);
    this.lastShown_ms = null;
    this.seekMedia(this.frames.seekTimeOf(frame));
  }

  private seekMedia(media_ms: number): void {
    if (!this.video) return;
    if (this.video.seeking) this.waiting_ms = media_ms;
    else this.video.currentTime = media_ms / 1000;
  }

  stepFrames(by: number): void {
    this.pause();
    const frame = Math.min(Math.max(this.frame + by, 0), this.frames.count - 1);
    this.seek(this.frames.startOf(frame));
  }

  play(): void {
    this.isReversing = false;
    if (!this.video) return;
    if (this.rate < 0) this.rate = 1;
    this.video.playbackRate = this.rate;
    this.is_playing = true; // at once, so that a second L counts as a second one
    // A play that is cut short by a pause or a new source is no failure.
    this.video.play().catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      this.is_playing = false;
    });
  }

  pause(): void {
    this.isReversing = false;
    this.until_ms = null;
    this.loop = null;
    this.is_playing = false;
    this.video?.pause();
  }

  toggle(): void {
    if (this.is_playing) this.pause();
    else {
      if (this.rate < 0 || this.rate > 4) this.rate = 1;
      if (this.frame >= this.frames.count - 1) this.seek(0);
      this.play();
    }
  }

  setRate(rate: number): void {
    this.rate = rate;
    if (this.video) this.video.playbackRate = Math.abs(rate);
  }

  playInterval(start_ms: number, end_ms: number): void {
    this.pause();
    this.seek(start_ms);
    this.until_ms = end_ms;
    this.play();
  }

  playLoop(interval: Interval): void {
    this.pause();
    this.seek(interval.start_ms);
    this.loop = interval;
    this.play();
  }

  /** J and L: each press in one direction is faster; a press against it begins again at normal speed. */
  shuttle(direction: 1 | -1): void {
    const speed = this.is_playing && Math.sign(this.rate) === direction ? Math.abs(this.rate) : 0;
    const next = SHUTTLE_RATES.find((rate) => rate > speed) ?? 8;
    this.until_ms = null;
    this.loop = null;
    if (direction > 0) {
      this.setRate(next);
      this.play();
    } else this.reverse(next);
  }

  // Browsers do not play backwards: the playhead is set back by the time that went by, as fast as frames can be shown.
  private reverse(speed: number): void {
    this.rate = -speed;
    if (this.isReversing || !this.video) return;
    this.isReversing = true;
    this.video.pause();
    this.is_playing = true;
    let at_ms = this.time_ms;
    let last = performance.now();
    const back = (now: number) => {
      if (!this.isReversing || !this.video) return;
      at_ms = Math.max(0, at_ms + (now - last) * this.rate);
      last = now;
      this.seek(at_ms);
      if (at_ms <= 0) this.pause();
      else requestAnimationFrame(back);
    };
    requestAnimationFrame(back);
  }
}
