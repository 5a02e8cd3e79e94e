/** Moments like the one at hand: asked for when the panel is open, the newest wish alone is answered. */
import type { Similar } from '../state/contract';
import { ApiError, similarOf } from './api';

export interface Stretch {
  readonly start_ms: number;
  readonly end_ms: number;
}

export class SimilarMoments {
  found = $state.raw<Similar | null>(null);
  /** What `found` is like. */
  of = $state.raw<Stretch | null>(null);
  isLoading = $state(false);
  failure = $state('');
  private asked = 0;

  constructor(private readonly video_id: number) {}

  async look(stretch: Stretch): Promise<void> {
    const mine = ++this.asked;
    this.of = stretch;
    this.isLoading = true;
    this.failure = '';
    try {
      const found = await similarOf(this.video_id, stretch.start_ms, stretch.end_ms);
      if (mine === this.asked) this.found = found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === this.asked) this.failure = error.message;
    } finally {
      if (mine === this.asked) this.isLoading = false;
    }
  }
}
