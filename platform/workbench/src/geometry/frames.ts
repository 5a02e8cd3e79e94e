/** Which frame is shown when: maps presentation times to frame numbers and back, variable frame rate included. */

const SEEK_INTO_MS = 10;

export class FrameTable {
  /** @param times_ms presentation time of every frame, ascending, from the first frame of the video */
  constructor(
    private readonly times_ms: ArrayLike<number>,
    readonly duration_ms: number,
  ) {
    if (times_ms.length === 0) throw new RangeError('a frame table needs at least one frame');
  }

  /** An even table, for use until the exact one has come. */
  static even(fps: number, frame_count: number, duration_ms: number): FrameTable {
    const rate = fps > 0 ? fps : 25;
    const count = Math.max(1, frame_count || Math.round((duration_ms * rate) / 1000));
    const times_ms = new Int32Array(count); // a day has more than a million frames
    for (let frame = 0; frame < count; frame += 1) times_ms[frame] = Math.round((frame * 1000) / rate);
    return new FrameTable(times_ms, duration_ms);
  }

  get count(): number {
    return this.times_ms.length;
  }

  /** The frame on screen at a time: the last one that has begun. */
  frameAt(time_ms: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.times_ms[middle] ?? 0) <= time_ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  startOf(frame: number): number {
    return this.times_ms[Math.min(Math.max(frame, 0), this.count - 1)] ?? 0;
  }

  endOf(frame: number): number {
    return frame + 1 < this.count ? this.startOf(frame + 1) : Math.max(this.duration_ms, this.startOf(frame) + 1);
  }

  /** Where to seek so that surely this frame is shown: inside it, away from rounding at both ends, and not deep in a gap. */
  seekTimeOf(frame: number): number {
    return this.startOf(frame) + Math.min((this.endOf(frame) - this.startOf(frame)) / 2, SEEK_INTO_MS);
  }

  /** The nearest frame boundary: where an edge may lie. The end of the video is one too. */
  snapped(time_ms: number): number {
    const frame = this.frameAt(time_ms);
    const start = this.startOf(frame);
    const end = frame + 1 < this.count ? this.startOf(frame + 1) : this.duration_ms;
    return Math.min(time_ms - start <= end - time_ms ? start : end, this.duration_ms);
  }

  /** The boundary a number of frames away from a time. */
  stepped(time_ms: number, frames: number): number {
    const boundary = this.snapped(time_ms);
    const frame = boundary >= this.duration_ms ? this.count : this.frameAt(boundary);
    const target = Math.min(Math.max(frame + frames, 0), this.count);
    return target === this.count ? this.duration_ms : this.startOf(target);
  }
}
