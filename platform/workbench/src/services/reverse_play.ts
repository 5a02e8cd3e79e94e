/** Playing backwards, which browsers do not: the playhead is set back by the time that went by. */
import type { Scope } from './scope';

export interface Backwards {
  readonly from_ms: number;
  /** Negative; may change on the way. */
  readonly rate: () => number;
  /** Whether the last frame asked for is on screen, so that the next one may be asked for. */
  readonly is_free: () => boolean;
}

/** Calls `show` with earlier and earlier times, as fast as frames can be shown, until the answer is called. */
export function reversePlay(scope: Scope, path: Backwards, show: (time_ms: number) => void): () => void {
  let at_ms = path.from_ms;
  let last: number | null = null;
  return scope.everyFrame((now) => {
    at_ms = Math.max(0, at_ms + (now - (last ?? now)) * path.rate());
    last = now;
    if (path.is_free() || at_ms <= 0) show(at_ms);
  });
}
