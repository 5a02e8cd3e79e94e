/** How long a person really worked: time with the page in front and a sign of life in the last half minute. */
import type { Scope } from './scope';

const IDLE_AFTER_MS = 30_000;
const BEAT_MS = 1000;

export class Attention {
  private sum_ms = 0;
  private lastSign = performance.now();
  private lastBeat = performance.now();

  constructor(
    scope: Scope,
    private readonly isWatching: () => boolean,
  ) {
    const sign = () => {
      this.lastSign = performance.now();
    };
    for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const) {
      scope.listen(document, name, sign, { passive: true, capture: true });
    }
    scope.every(BEAT_MS, () => {
      this.sum_ms += this.sinceBeat_ms;
      this.lastBeat = performance.now();
    });
  }

  /** What counts of the time since the last beat; a sleeping machine or a throttled tab makes beats rare, and that was no work. */
  private get sinceBeat_ms(): number {
    const now = performance.now();
    const isAwake = document.visibilityState === 'visible' && (this.isWatching() || now - this.lastSign < IDLE_AFTER_MS);
    return isAwake ? Math.min(now - this.lastBeat, 2 * BEAT_MS) : 0;
  }

  get spent_ms(): number {
    return Math.round(this.sum_ms + this.sinceBeat_ms);
  }
}
