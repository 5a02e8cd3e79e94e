/** Times that people type: a clock time, seconds, a frame number, or so much further. */
import type { FrameTable } from './frames';
import type { Edge } from './lanes';
import { timeParsed } from './time';

export type EntryFault = 'not_a_time' | 'past_end' | 'start_after_end' | 'end_before_start';
export type Entered = { readonly time_ms: number } | { readonly fault: EntryFault };

/** What a number without a unit means. */
export interface Reading {
  readonly frames: FrameTable;
  readonly isInFrames: boolean;
}

interface Amount {
  readonly unit: 'ms' | 'frames';
  readonly count: number;
}

/** `1:02.345`, `62.3`, `62.3 s`, `f120`, `120f`; Chinese colons too. Null when it is none of them. */
function amountOf(text: string, isInFrames: boolean): Amount | null {
  const plain = text.trim().toLowerCase().replaceAll('：', ':').replaceAll('。', '.');
  const frame = /^(?:f\s*(\d{1,9})|(\d{1,9})\s*f)$/.exec(plain);
  if (frame) return { unit: 'frames', count: Number(frame[1] ?? frame[2]) };
  if (isInFrames && /^\d{1,9}$/.test(plain)) return { unit: 'frames', count: Number(plain) };
  const time_ms = timeParsed(plain.replace(/\s*s$/, ''));
  return time_ms === null ? null : { unit: 'ms', count: time_ms };
}

/** The time to go to; `+2` and `-10f` count from `from_ms`. */
export function placeEntered(text: string, { frames, isInFrames }: Reading, from_ms: number): Entered {
  const sign = /^\s*([+\-−])/.exec(text)?.[1];
  const amount = amountOf(sign ? text.trim().slice(1) : text, isInFrames);
  if (!amount) return { fault: 'not_a_time' };
  if (sign) return { time_ms: moved(from_ms, amount, sign === '+' ? 1 : -1, frames) };
  if (amount.unit === 'ms') return amount.count > frames.duration_ms ? { fault: 'past_end' } : { time_ms: amount.count };
  return amount.count >= frames.count ? { fault: 'past_end' } : { time_ms: frames.startOf(amount.count) };
}

function moved(from_ms: number, amount: Amount, direction: 1 | -1, frames: FrameTable): number {
  const by = direction * amount.count;
  const time_ms = amount.unit === 'ms' ? from_ms + by : frames.startOf(frames.frameAt(from_ms) + by);
  return Math.min(Math.max(time_ms, 0), frames.duration_ms);
}

/** The new time of one edge. A frame typed for the end is the last frame inside. */
export function edgeEntered(
  text: string,
  edge: Edge,
  reading: Reading,
  segment: { readonly start_ms: number; readonly end_ms: number },
): Entered {
  const entered = placeEntered(text, reading, segment[`${edge}_ms`]);
  if ('fault' in entered) return entered;
  const isFrame = amountOf(text, reading.isInFrames)?.unit === 'frames';
  const { frames } = reading;
  const time_ms = edge === 'end' && isFrame ? frames.endOf(frames.frameAt(entered.time_ms)) : entered.time_ms;
  if (edge === 'start' && time_ms >= segment.end_ms) return { fault: 'start_after_end' };
  if (edge === 'end' && time_ms <= segment.start_ms) return { fault: 'end_before_start' };
  return { time_ms };
}
