/** The video element as the workbench sees it: exact frames in and out, and where the playhead is. */
import { coverageWith, type Interval } from '../geometry/coverage';
import { FrameTable } from '../geometry/frames';
import { rateBeside, shuttleRate } from '../geometry/rates';
import { MediaHealth } from './media_health.svelte';
import { pictureTime } from './picture_time';
import { reversePlay } from './reverse_play';
import type { Scope } from './scope';

/** Media times are rounded by the container and the frame table to whole milliseconds; this bridges both roundings. */
const ROUNDING_MS = 2;
/** A frame that stands longer than this lets the clock run on while it is played: the playhead does not freeze in a gap. */
const STANDING_MS = 500;
const LOOKS = 20;

export class Player {
  /** Where the playhead is: the start of the frame on screen, or of the one that is on its way there. */
  time_ms = $state(0);
  is_playing = $state(false);
  /** How fast it goes now, negative while running backwards. */
  rate = $state(1);
  /** How fast playing goes when nobody shuttles. */
  speed = $state(1);
  /** The frame that the browser has put on screen; null before the first. */
  shown_frame = $state<number | null>(null);
  is_ready = $state(false);
  frames = $state.raw(FrameTable.even(25, 1, 0));
  /** False until the frame-time table of this very video is here: until then numbers are an estimate. */
  is_exact = $state(false);
  played = $state.raw<readonly Interval[]>([]);
  loop = $state.raw<Interval | null>(null);
  /** Whether the loop is that of the selected segment and follows its edges. */
  loopsSelection = $state(false);
  readonly health = new MediaHealth();
  /** The stretch being played for itself; playing ends with it. */
  private until_ms: number | null = null;
  private video: HTMLVideoElement | null = null;
  private scope: Scope | null = null;
  private waiting_ms: number | null = null;
  private isSeeking = $state(false);
  private lastShown_ms: number | null = null;
  private stopReverse: (() => void) | null = null;

  readonly frame = $derived.by(() => this.frames.frameAt(this.time_ms));
  /** Whether the picture on screen is the frame that is named. */
  readonly is_settled = $derived.by(() => this.shown_frame === this.frame && !this.isSeeking && !this.health.trouble);

  attach(video: HTMLVideoElement, scope: Scope): void {
    this.video = video;
    this.scope = scope;
    scope.own(() => {
      this.stopReverse = null;
      this.video = null;
    });
    this.health.attach(video, scope, {
      position_ms: () => this.time_ms,
      isPlaying: () => this.is_playing && this.rate > 0,
      goOn: (time_ms, isPlaying) => { this.goOn(time_ms, isPlaying); },
      stopped: () => { this.stopped(); },
    });
    scope.listen(video, 'loadeddata', () => (this.is_ready = true));
    scope.listen(video, 'play', () => (this.is_playing = true));
    scope.listen(video, 'pause', () => {
      this.paused();
    });
    scope.listen(video, 'ended', () => {
      this.ended();
    });
    scope.listen(video, 'timeupdate', () => {
      if (!video.paused) this.stopAtEnd(video.currentTime * 1000);
    });
    scope.listen(video, 'seeked', () => {
      const next = this.waiting_ms;
      this.waiting_ms = null;
      this.isSeeking = false;
      if (next !== null) this.seekMedia(next);
      else this.lookUntilShown(video, scope);
    });
    this.watchFrames(video, scope);
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.is_ready = true;
  }

  private watchFrames(video: HTMLVideoElement, scope: Scope): void {
    scope.everyVideoFrame(video, (_now, metadata) => { this.shown(metadata.mediaTime * 1000); });
  }

  // Where a seek leads to the picture that is there already, the browser tells of no new one: the picture is asked.
  private lookUntilShown(video: HTMLVideoElement, scope: Scope): void {
    let looks = 0;
    const stop = scope.everyFrame(() => {
      if (this.isSeeking || this.shown_frame === this.frame || (looks += 1) > LOOKS) stop();
      else if (looks > 1) this.shown(pictureTime(video) ?? this.frames.startOf(this.frame));
    });
  }

  private shown(media_ms: number): void {
    const frame = this.frames.frameAt(media_ms + ROUNDING_MS);
    const start_ms = this.frames.startOf(frame);
    this.shown_frame = frame;
    if (this.video?.paused !== false || this.video.seeking) return; // where a seek goes to is known already
    const last = this.lastShown_ms;
    if (last !== null && start_ms > last && start_ms - last < 1500) {
      this.played = coverageWith(this.played, { start_ms: last, end_ms: start_ms });
    }
    this.lastShown_ms = start_ms;
    this.time_ms = media_ms - start_ms > STANDING_MS ? Math.round(media_ms) : start_ms;
    this.stopAtEnd(media_ms);
  }

  // The frame after the last one may have been on screen for a moment: the picture goes back to the last one.
  private stopAtEnd(media_ms: number): void {
    const { loop, until_ms } = this;
    if (loop && media_ms >= loop.end_ms - 1) this.seek(loop.start_ms);
    else if (until_ms !== null && this.frames.endOf(this.frames.frameAt(media_ms + ROUNDING_MS)) >= until_ms) {
      this.pause();
      this.seek(until_ms - 1);
    }
  }

  // By something else than our own keys: the browser, the end of the file.
  private paused(): void {
    if (this.stopReverse || !this.is_playing) return;
    this.is_playing = false;
    this.hold();
  }

  // The picture may have moved on since the browser last told of one: it is asked, and made to stay.
  private hold(): void {
    this.lastShown_ms = null;
    const { video } = this;
    if (!video || video.ended || this.isSeeking) return;
    const media_ms = pictureTime(video);
    this.seek(media_ms === null ? this.time_ms : media_ms + ROUNDING_MS);
  }

  // Also a seek to the last frame ends here: the browser then calls itself ended and leaves that frame on screen.
  private ended(): void {
    if (this.loop && this.is_playing) this.playLoop(this.loop, this.loopsSelection);
    else this.time_ms = this.frames.startOf(this.frames.count - 1);
  }

  /** The table of this video's frames; the playhead stays at its time. */
  framesAre(frames: FrameTable, is_exact: boolean): void {
    this.frames = frames;
    this.is_exact = is_exact;
    this.shown_frame = null;
    if (!this.is_playing) this.seek(this.time_ms);
  }

  private stopped(): void {
    this.endReverse();
    this.is_playing = false;
    this.shown_frame = null;
    this.waiting_ms = null;
  }

  private goOn(time_ms: number, isPlaying: boolean): void {
    this.seek(time_ms);
    if (isPlaying) this.play();
  }

  /** Shows the frame at a time. While a seek runs only the newest wish is kept, so dragging never queues up. */
  seek(time_ms: number): void {
    const frame = this.frames.frameAt(Math.min(Math.max(time_ms, 0), this.frames.duration_ms));
    this.time_ms = this.frames.startOf(frame);
    this.lastShown_ms = null;
    this.shown_frame = null;
    const { loop } = this;
    if (loop && (this.time_ms >= loop.end_ms || this.frames.endOf(frame) <= loop.start_ms)) this.loop = null;
    this.seekMedia(this.frames.seekTimeOf(frame));
  }

  private seekMedia(media_ms: number): void {
    if (!this.video) return;
    this.isSeeking = true;
    if (this.video.seeking) this.waiting_ms = media_ms;
    else this.video.currentTime = media_ms / 1000;
  }

  stepFrames(by: number): void {
    this.pause();
    const frame = Math.min(Math.max(this.frame + by, 0), this.frames.count - 1);
    this.seek(this.frames.startOf(frame));
  }

  play(): void {
    this.endReverse();
    if (!this.video) return;
    if (this.rate < 0) this.rate = this.speed;
    this.video.playbackRate = this.rate;
    this.is_playing = true; // at once, so that a second L counts as a second one
    // A play that is cut short by a pause or a new source is no failure.
    this.video.play().catch((error: unknown) => {
      if (!(error instanceof DOMException)) throw error;
      this.is_playing = false;
    });
  }

  pause(): void {
    const isRunning = this.video?.paused === false;
    this.endReverse();
    this.until_ms = null;
    this.is_playing = false;
    this.video?.pause();
    if (isRunning) this.hold();
  }

  toggle(): void {
    if (this.is_playing) this.pause();
    else {
      this.rate = this.speed;
      if (this.frame >= this.frames.count - 1) this.seek(0);
      this.play();
    }
  }

  /** The speed that playing has from now on. */
  setRate(rate: number): void {
    this.speed = Math.abs(rate);
    this.hurry(this.speed);
  }

  faster(direction: 1 | -1): void {
    this.setRate(rateBeside(this.is_playing ? this.rate : this.speed, direction));
  }

  private hurry(rate: number): void {
    this.rate = rate;
    if (this.video) this.video.playbackRate = Math.abs(rate);
  }

  playInterval(start_ms: number, end_ms: number): void {
    this.pause();
    this.loop = null;
    this.rate = this.speed;
    this.seek(start_ms);
    this.until_ms = end_ms;
    this.play();
  }

  playLoop(interval: Interval, isOfSelection = false): void {
    this.pause();
    this.loop = null;
    this.rate = this.speed;
    this.seek(interval.start_ms);
    this.loop = interval;
    this.loopsSelection = isOfSelection;
    this.play();
  }

  /** Lets the loop that runs follow its segment while the segment's edges are moved. */
  loopFollows(interval: Interval): void {
    if (this.loop && this.loopsSelection) this.loop = interval;
  }

  loopEnd(): void {
    this.loop = null;
  }

  /** A stretch that loops may run without anybody watching. */
  get isLooping(): boolean {
    return this.loop !== null;
  }

  /** J and L: each press in one direction is faster; a press against it begins again at normal speed. */
  shuttle(direction: 1 | -1): void {
    const next = shuttleRate(this.is_playing ? this.rate : 0, direction);
    this.until_ms = null;
    this.loop = null;
    if (direction > 0) {
      this.endReverse();
      this.hurry(next);
      this.play();
    } else this.reverse(next);
  }

  private reverse(rate: number): void {
    this.rate = rate;
    if (this.stopReverse || !this.video || !this.scope) return;
    const path = { from_ms: this.time_ms, rate: () => this.rate, is_free: () => this.is_settled || this.health.trouble !== null };
    this.stopReverse = reversePlay(this.scope, path, (time_ms) => {
      if (this.frames.frameAt(time_ms) !== this.frame) this.seek(time_ms);
      if (time_ms <= 0) this.pause();
    });
    this.video.pause();
    this.is_playing = true;
  }

  private endReverse(): void {
    this.stopReverse?.();
    this.stopReverse = null;
  }
}
