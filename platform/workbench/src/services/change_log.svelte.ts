/** The history of an annotation, a page at a time. */
import type { Review, SegmentChange } from '../state/contract';
import { ApiError } from './api';
import { historyOf } from './review_api';

export class ChangeLog {
  changes = $state.raw<readonly SegmentChange[]>([]);
  reviews = $state.raw<readonly Review[]>([]);
  earlier = $state<number | null>(null);
  failure = $state('');
  isLoaded = $state(false);

  constructor(private readonly annotation_id: number) {}

  async load(): Promise<void> {
    if (this.annotation_id === 0) {
      this.isLoaded = true;
      return;
    }
    await this.fetched(null);
  }

  async loadEarlier(): Promise<void> {
    if (this.earlier !== null) await this.fetched(this.earlier);
  }

  private async fetched(before: number | null): Promise<void> {
    try {
      const page = await historyOf(this.annotation_id, before);
      this.changes = before === null ? page.changes : [...this.changes, ...page.changes];
      if (before === null) this.reviews = page.reviews;
      this.earlier = page.earlier;
      this.failure = '';
      this.isLoaded = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failure = error.message;
    }
  }
}
