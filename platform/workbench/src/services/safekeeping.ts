/** Keeps one page's unsaved work and its undo steps in this browser, and hands over what earlier pages left. */
import { localCopyForget, localCopyKeep, localCopyOf } from './local_copy';
import { outboxOpen, type Draft, type KeptSteps, type Outbox } from './outbox';
import type { Scope } from './scope';

export interface Found {
  /** Oldest first. */
  readonly drafts: readonly Draft[];
  readonly steps: KeptSteps | null;
}

const STEPS_REST_MS = 400;

export class Safekeeping {
  private readonly page = crypto.randomUUID();
  private outbox: Outbox | null = null;
  private readonly opening: Promise<Outbox>;
  private draft: Draft | null = null;
  private writing: Promise<void> | null = null;
  private isWritten = true;
  private stopTimer: () => void = () => undefined;

  constructor(
    private readonly scope: Scope,
    private readonly user_id: number,
    private readonly annotation_id: number,
    opening: Promise<Outbox> = outboxOpen(user_id),
  ) {
    this.opening = opening.then((outbox) => (this.outbox = outbox));
  }

  /** False: this browser keeps nothing, so unsaved work ends with the page. */
  get isLasting(): boolean {
    return this.outbox?.isLasting ?? true;
  }

  /** Whether a page that closed now would find everything again. */
  get isSafe(): boolean {
    return this.isWritten && this.isLasting;
  }

  /** Keeps the newest unsaved changes; writes of those that are outdated before their turn are left out. */
  keep(draft: Draft | null): void {
    if (draft === null && this.draft === null && this.isWritten) return;
    this.draft = draft;
    this.isWritten = false;
    this.writing ??= this.write().finally(() => {
      this.writing = null;
    });
  }

  private async write(): Promise<void> {
    const outbox = await this.opening;
    while (!this.isWritten) {
      const { draft } = this;
      if (draft) await outbox.draftKeep(this.annotation_id, this.page, draft);
      else await outbox.draftForget(this.annotation_id, this.page);
      this.isWritten = draft === this.draft;
    }
  }

  /** All that `keep` was given is written. */
  async written(): Promise<void> {
    await this.writing;
  }

  /** The page closes: what is not written yet goes where it is written at once. */
  part(): void {
    if (!this.isSafe && this.draft) localCopyKeep(this.user_id, this.annotation_id, this.draft);
  }

  /** Keeps what can be undone, after a short rest. */
  stepsKeep(steps: () => KeptSteps): void {
    this.stopTimer();
    this.stopTimer = this.scope.after(STEPS_REST_MS, () => {
      void this.opening.then((outbox) => outbox.stepsKeep(this.annotation_id, steps()));
    });
  }

  /** What earlier pages of this person left. It stays until `takenOver`. */
  async found(): Promise<Found> {
    const outbox = await this.opening;
    const [kept, steps] = await Promise.all([outbox.drafts(this.annotation_id), outbox.steps(this.annotation_id)]);
    const others = kept.filter(({ page }) => page !== this.page).map(({ draft }) => draft);
    const parting = localCopyOf(this.user_id, this.annotation_id);
    const drafts = parting ? [...others, parting] : others;
    return { drafts: drafts.sort((a, b) => a.kept_at.localeCompare(b.kept_at)), steps };
  }

  /** This page has taken everything over, and kept it. */
  async takenOver(): Promise<void> {
    await this.written();
    const outbox = await this.opening;
    for (const { page } of await outbox.drafts(this.annotation_id)) {
      if (page !== this.page) await outbox.draftForget(this.annotation_id, page);
    }
    localCopyForget(this.user_id, this.annotation_id);
  }
}
