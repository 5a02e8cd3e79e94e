/** Keeps questions a person's while they work on them, and says in time when one is about to go to others. */
import { ApiError } from './api';
import type { Scope } from './scope';

export interface LeasedQuestion {
  readonly id: number;
  readonly lease_ms: number;
}

export interface LeaseOptions {
  readonly scope: Scope;
  /** What the person holds, the one that is shown first. */
  readonly held: () => readonly LeasedQuestion[];
  readonly isAwake: () => boolean;
  readonly renew: (ids: readonly number[]) => Promise<{ readonly ids: readonly number[]; readonly lease_ms: number }>;
  /** Somebody else has these now, or answered them. */
  readonly onGone: (ids: readonly number[]) => void;
}

const BEAT_MS = 1000;
/** While somebody works the lease is renewed this long after it was last. */
const RENEW_EVERY_MS = 120_000;
/** The rest of a lease from which on it is shown. */
const SHOWN_BELOW_MS = 120_000;

export class LeaseKeeper {
  /** What is left for the question that is shown; null while there is time enough. 0: it has run out. */
  left_ms = $state<number | null>(null);
  private readonly ends = new Map<number, number>();
  private renewedAt = performance.now();
  private isRenewing = false;

  constructor(private readonly options: LeaseOptions) {
    options.scope.every(BEAT_MS, () => { this.beat(); });
  }

  private beat(): void {
    const held = this.options.held();
    const now = performance.now();
    for (const { id, lease_ms } of held) {
      if (!this.ends.has(id)) this.ends.set(id, now + lease_ms);
    }
    for (const id of this.ends.keys()) {
      if (!held.some((question) => question.id === id)) this.ends.delete(id);
    }
    const end = held[0] ? (this.ends.get(held[0].id) ?? Infinity) : Infinity;
    this.left_ms = end - now < SHOWN_BELOW_MS ? Math.max(0, end - now) : null;
    const isDue = now - this.renewedAt > RENEW_EVERY_MS || this.left_ms !== null;
    if (held.length > 0 && isDue && this.options.isAwake()) void this.renew();
  }

  /** Asks for another ten minutes now. */
  async renew(): Promise<void> {
    if (this.isRenewing) return;
    this.isRenewing = true;
    const ids = this.options.held().map((question) => question.id);
    try {
      const kept = await this.options.renew(ids);
      const now = performance.now();
      this.renewedAt = now;
      for (const id of kept.ids) this.ends.set(id, now + kept.lease_ms);
      this.left_ms = null;
      const gone = ids.filter((id) => !kept.ids.includes(id) && this.options.held().some((question) => question.id === id));
      if (gone.length > 0) this.options.onGone(gone);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // away for a moment: the next beat asks again
    } finally {
      this.isRenewing = false;
    }
  }
}
