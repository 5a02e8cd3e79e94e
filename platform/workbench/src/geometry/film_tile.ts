/** Which tile of a filmstrip shows a time, and how the sheet lies behind a window so that just this tile is seen. */
import type { Filmstrip } from '../state/contract';

export interface TilePlace {
  /** Of the sheet against the window, in percent, as CSS `background-size` has it. */
  readonly size: string;
  /** As CSS `background-position` has it. */
  readonly position: string;
}

/** The tile at a time; the last one for what lies behind it. */
export function tileAt(strip: Filmstrip, time_ms: number): number {
  const tile = Math.floor(time_ms / strip.interval_ms);
  return Math.min(Math.max(tile, 0), Math.max(0, strip.count - 1));
}

export function tilePlace(strip: Filmstrip, tile: number): TilePlace {
  // CSS counts the position in shares of what is left over, so the last tile is at 100 %.
  const share = (index: number, count: number) => (count > 1 ? (100 * index) / (count - 1) : 0);
  const column = tile % strip.columns;
  const row = Math.floor(tile / strip.columns);
  return {
    size: `${100 * strip.columns}% ${100 * strip.rows}%`,
    position: `${share(column, strip.columns).toFixed(4)}% ${share(row, strip.rows).toFixed(4)}%`,
  };
}

/** The time under a pointer that is `share` of the width into the picture. */
export function timeUnder(share: number, duration_ms: number): number {
  return Math.min(Math.max(share, 0), 1) * duration_ms;
}
