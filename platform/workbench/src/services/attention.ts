/** How long a person really worked: time with the page in front and a sign of life in the last half minute. */
import type { Scope } from './scope';

const IDLE_AFTER_MS = 30_000;
const BEAT_MS = 1000;

export class Attention {
  private sum_ms = 0;
  private lastSign = performance.now();

  constructor(scope: Scope, isWatching: () => boolean) {
    const sign = () => {
      this.lastSign = performance.now();
    };
    for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const) {
      scope.listen(document, name, sign, { passive: true, capture: true });
    }
    let last = performance.now();
    scope.every(BEAT_MS, () => {
      const now = performance.now();
      const isAwake = document.visibilityState === 'visible' && (isWatching() || now - this.lastSign < IDLE_AFTER_MS);
      if (isAwake) this.sum_ms += Math.min(now - last, 2 * BEAT_MS);
      last = now;
    });
  }

  get spent_ms(): number {
    return Math.round(this.sum_ms);
  }
}
