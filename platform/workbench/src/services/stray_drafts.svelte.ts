/** Work on other videos that has not reached the server: sent in the background, or listed where a person must decide. */
import type { Workbench } from '../state/contract';
import { rebased } from '../state/merge';
import { sameLabelling } from '../state/work';
import { ApiError, documentSave, workbenchOf } from './api';
import { isOwn, outboxOpen, type KeptDraft, type Outbox } from './outbox';
import { workbenchOfOther } from './review_api';
import type { Scope } from './scope';
import { seatName, whileFree } from './seat';

/** A video with work that only opening it can bring to the server. */
export interface Stray {
  readonly annotation_id: number;
  readonly video: { readonly id: number; readonly name: string };
}

const FIRST_LOOK_MS = 500;
const LOOK_EVERY_MS = 5000;

export class StrayDrafts {
  left = $state.raw<readonly Stray[]>([]);
  private bench: Workbench | null = null;
  private isLooking = false;

  constructor(private readonly scope: Scope) {
    scope.every(LOOK_EVERY_MS, () => void this.look());
  }

  /** The work that is shown looks after itself. */
  besides(bench: Workbench): void {
    this.bench = bench;
    this.scope.after(FIRST_LOOK_MS, () => void this.look());
  }

  private async look(): Promise<void> {
    const { bench } = this;
    if (!bench || this.isLooking) return;
    this.isLooking = true;
    try {
      const outbox = await outboxOpen(bench.me.id);
      this.left = await this.sentFrom(outbox, bench.annotation.id);
    } finally {
      this.isLooking = false;
    }
  }

  /** Sends what can be sent; answers with what cannot. */
  private async sentFrom(outbox: Outbox, shown_id: number): Promise<readonly Stray[]> {
    const left: Stray[] = [];
    for (const [annotation_id, kept] of await outbox.draftsByAnnotation()) {
      const video = kept[0]?.draft.video;
      if (!video || annotation_id === shown_id || annotation_id === this.bench?.annotation.id) continue;
      const isFree = await whileFree(seatName(outbox.user_id, annotation_id), async () => {
        if (!(await this.isSent(outbox, annotation_id, video.id, kept))) left.push({ annotation_id, video });
      });
      if (isFree === null) left.push({ annotation_id, video });
    }
    return left;
  }

  private async isSent(outbox: Outbox, annotation_id: number, video_id: number, kept: readonly KeptDraft[]): Promise<boolean> {
    try {
      const mine = await workbenchOf(video_id, null);
      const { annotation, prediction } = mine.annotation.id === annotation_id ? mine : await workbenchOfOther(annotation_id);
      let { document } = annotation;
      for (const { draft } of kept) {
        const { document: next, collisions } = rebased(draft.patch, document, () => 'mine', prediction);
        if (draft.revision !== annotation.revision && collisions.some((one) => !isOwn(one, draft))) return false;
        document = next;
      }
      if (!sameLabelling(document, annotation.document)) await documentSave(annotation_id, annotation.revision, document);
      for (const { page } of kept) await outbox.draftForget(annotation_id, page);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false; // it stays kept; the next look tries again
    }
  }
}
