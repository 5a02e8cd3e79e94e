/** Saves the work shortly after each change, one save at a time, each naming the revision it builds on. */
import type { Saved, SaveConflict, WorkDocument } from '../state/contract';
import { sameLabelling } from '../state/work';
import { ApiError, conflictOf } from './api';
import type { CopyStore } from './local_copy';
import type { Scope } from './scope';

export type SaveState = 'saved' | 'waiting' | 'saving' | 'offline' | 'signed_out' | 'conflict' | 'refused';

export interface SaveStatus {
  readonly state: SaveState;
  /** The server's sentence where it refused. */
  readonly detail: string;
}

export interface AutosaveOptions {
  readonly scope: Scope;
  readonly copies: CopyStore;
  readonly revision: number;
  readonly document: WorkDocument;
  readonly save: (revision: number, document: WorkDocument) => Promise<Saved>;
  readonly onStatus: (status: SaveStatus) => void;
  readonly onConflict: (conflict: SaveConflict) => void;
  readonly debounce_ms?: number;
  readonly retry_ms?: number;
}

const LONGEST_RETRY_MS = 30_000;

export class Autosave {
  private revisionNow: number;
  private acknowledged: WorkDocument;
  private pending: WorkDocument | null = null;
  private flight: Promise<void> | null = null;
  private failures = 0;
  private stopTimer: () => void = () => undefined;
  private stateNow: SaveState = 'saved';

  constructor(private readonly options: AutosaveOptions) {
    this.revisionNow = options.revision;
    this.acknowledged = options.document;
  }

  get revision(): number {
    return this.revisionNow;
  }

  /** The last version that both this page and the server know. */
  get base(): WorkDocument {
    return this.acknowledged;
  }

  get hasUnsaved(): boolean {
    return this.pending !== null || this.flight !== null;
  }

  get unsaved(): WorkDocument | null {
    return this.pending;
  }

  /** Keeps the work here at once and sends it after a short rest. */
  changed(document: WorkDocument): void {
    this.pending = document;
    this.options.copies.keep({
      revision: this.revisionNow,
      base: this.acknowledged,
      document,
      kept_at: new Date().toISOString(),
    });
    if (this.stateNow === 'conflict') return;
    if (!this.flight && this.failures === 0) this.show('waiting');
    if (this.failures === 0) this.sendAfter(this.options.debounce_ms ?? 600);
  }

  /** Sends what waits, now. True when the server has everything. */
  async flush(): Promise<boolean> {
    this.stopTimer();
    if (this.stateNow === 'conflict') return false;
    if (this.flight) await this.flight;
    if (this.pending) await this.send();
    return this.pending === null;
  }

  /** Goes on from somebody else's version, with the document that the person chose. */
  resolved(conflict: { readonly revision: number; readonly document: WorkDocument }, chosen: WorkDocument): void {
    this.revisionNow = conflict.revision;
    this.acknowledged = conflict.document;
    this.failures = 0;
    this.show('waiting');
    this.changed(chosen);
  }

  /** The server moved on by itself (a submit). */
  advanced(revision: number): void {
    this.revisionNow = revision;
  }

  private show(state: SaveState, detail = ''): void {
    this.stateNow = state;
    this.options.onStatus({ state, detail });
  }

  private sendAfter(delay_ms: number): void {
    this.stopTimer();
    this.stopTimer = this.options.scope.after(delay_ms, () => {
      void this.send();
    });
  }

  private send(): Promise<void> {
    this.flight ??= this.sendAll().finally(() => {
      this.flight = null;
    });
    return this.flight;
  }

  private async sendAll(): Promise<void> {
    while (this.pending) {
      const document = this.pending;
      this.show('saving');
      try {
        const saved = await this.options.save(this.revisionNow, document);
        this.stored(saved.revision, document);
      } catch (error) {
        // An earlier try arrived and only its answer was lost: the newer version on the server is this very one.
        const conflict = conflictOf(error);
        if (!conflict || !sameLabelling(conflict.document, document)) {
          this.failed(error, conflict);
          return;
        }
        this.stored(conflict.revision, document);
      }
    }
    this.options.copies.forget();
    this.show('saved');
  }

  private stored(revision: number, document: WorkDocument): void {
    this.revisionNow = revision;
    this.acknowledged = document;
    this.failures = 0;
    if (this.pending === document) this.pending = null;
  }

  private failed(error: unknown, conflict: SaveConflict | null): void {
    if (conflict) {
      this.show('conflict', conflict.detail);
      this.options.onConflict(conflict);
      return;
    }
    if (!(error instanceof ApiError)) throw error;
    this.failures += 1;
    if (error.isPassing || error.isSignedOut) {
      this.show(error.isSignedOut ? 'signed_out' : 'offline', error.message);
      const delay = (this.options.retry_ms ?? 1000) * 2 ** Math.min(this.failures - 1, 10);
      this.sendAfter(Math.min(delay, LONGEST_RETRY_MS));
      return;
    }
    // The server says what is wrong with it; the next change is the next try.
    this.failures = 0;
    this.show('refused', error.message);
  }
}
