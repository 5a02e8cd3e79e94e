/** How times are written on the page, and which one is being typed. */
import type { FrameTable } from '../geometry/frames';
import { clockText } from '../geometry/time';

export type TimeFieldName = 'position' | 'start' | 'end';
const STYLE = 'vigil:time-style';

export class TimeFields {
  /** The field that is open for typing. */
  open = $state<TimeFieldName | null>(null);
  showsFrames = $state(localStorage.getItem(STYLE) === 'frames');

  toggle(): void {
    this.showsFrames = !this.showsFrames;
    localStorage.setItem(STYLE, this.showsFrames ? 'frames' : 'clock');
  }

  /** A time, or the number of the frame that begins or stands there. */
  text(time_ms: number, frames: FrameTable): string {
    return this.showsFrames ? `f${frames.frameAt(time_ms)}` : clockText(time_ms);
  }

  /** The end of a segment: as a frame, the last one inside. */
  endText(end_ms: number, frames: FrameTable): string {
    return this.showsFrames ? `f${frames.frameAt(end_ms - 1)}` : clockText(end_ms);
  }
}
