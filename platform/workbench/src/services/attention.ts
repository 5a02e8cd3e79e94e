/** How long a person really worked: time with the page in front and a sign of life in the last half minute. */
import type { Scope } from './scope';

const IDLE_AFTER_MS = 30_000;
const BEAT_MS = 1000;

export class Attention {
  private sum_ms = 0;
  private lastSign = performance.now();
  private lastBeat = performance.now();

  /** `isWatching`: a film runs that will come to its end by itself; one that loops may run without anybody. */
  constructor(
    scope: Scope,
    private readonly isWatching: () => boolean,
  ) {
    const sign = () => {
      this.beat(); // what went by without a sign of life is settled before this sign counts
      this.lastSign = performance.now();
    };
    for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const) {
      scope.listen(document, name, sign, { passive: true, capture: true });
    }
    scope.listen(document, 'visibilitychange', () => {
      // The time up to here belongs to the state that ends here.
      this.sum_ms += document.visibilityState === 'hidden' ? this.countedOf(true) : 0;
      this.lastBeat = performance.now();
    });
    scope.every(BEAT_MS, () => { this.beat(); });
  }

  /** A sign of life in the last half minute, and the page in front. */
  get isAwake(): boolean {
    return document.visibilityState === 'visible' && performance.now() - this.lastSign < IDLE_AFTER_MS;
  }

  private beat(): void {
    this.sum_ms += this.countedOf(document.visibilityState === 'visible');
    this.lastBeat = performance.now();
  }

  /** What counts of the time since the last beat; a sleeping machine or a throttled tab makes beats rare, and that was no work. */
  private countedOf(isVisible: boolean): number {
    if (!isVisible) return 0;
    const now = performance.now();
    const awakeUntil = this.isWatching() ? now : Math.min(now, this.lastSign + IDLE_AFTER_MS);
    return Math.min(Math.max(0, awakeUntil - this.lastBeat), 2 * BEAT_MS);
  }

  get spent_ms(): number {
    return Math.round(this.sum_ms + this.countedOf(document.visibilityState === 'visible'));
  }
}
