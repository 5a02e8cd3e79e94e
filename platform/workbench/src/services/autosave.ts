/** Saves the work shortly after each change, one save at a time, each naming the revision it builds on. */
import type { Prediction, Saved, WorkDocument } from '../state/contract';
import { rebased, type Collision } from '../state/merge';
import { patchOf, sizeOf, type DocumentPatch } from '../state/patch';
import { sameLabelling } from '../state/work';
import { ApiError, conflictOf } from './api';
import type { Draft } from './outbox';
import type { Scope } from './scope';

/** `gone`: the annotation is no more, so the work stays here. `elsewhere`: another tab has it. */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'offline' | 'signed_out' | 'conflict' | 'refused' | 'gone' | 'elsewhere';

export interface SaveStatus {
  readonly state: SaveState;
  /** The server's sentence where it refused. */
  readonly detail: string;
  /** How many changes the server does not have yet. */
  readonly waiting: number;
  /** When the server last took something, as it says; null before the first save of this page. */
  readonly saved_at: string | null;
  /** Somebody else is logged in in this browser now. */
  readonly isOther: boolean;
  /** The server answers, but not as it should; null while nothing at all comes, or all is well. */
  readonly fault: { readonly status: number; readonly seconds: number } | null;
}

/** Somebody else's version, my changes to what we both began from, and where the two cannot both be. */
export interface Clash {
  readonly theirs: { readonly revision: number; readonly document: WorkDocument; readonly saved_by: string };
  readonly patch: DocumentPatch;
  readonly collisions: readonly Collision[];
}

export interface AutosaveOptions {
  readonly scope: Scope;
  readonly revision: number;
  readonly document: WorkDocument;
  readonly prediction?: () => Prediction | null;
  /** Keeps what is unsaved in this browser; null: nothing is. Must answer at once. */
  readonly keep: (draft: Draft | null) => void;
  readonly save: (revision: number, document: WorkDocument) => Promise<Saved>;
  readonly onStatus: (status: SaveStatus) => void;
  /** Somebody saved meanwhile and nothing collides: this is the work now. */
  readonly onMerged: (document: WorkDocument, saved_by: string) => void;
  readonly onClash: (clash: Clash) => void;
  /** The server will not take the document as it is. */
  readonly onRefused?: (error: ApiError, document: WorkDocument) => void;
  readonly debounce_ms?: number;
  readonly retry_ms?: number;
}

const LONGEST_RETRY_MS = 15_000;
/** States in which nothing is sent before a person has done something. */
const HALTED: ReadonlySet<SaveState> = new Set(['conflict', 'gone', 'elsewhere']);

export class Autosave {
  private revisionNow: number;
  private acknowledged: WorkDocument;
  private pending: WorkDocument | null = null;
  private flight: Promise<void> | null = null;
  /** What was sent last; the server may have it although nobody has said so. */
  private onItsWay: WorkDocument | null = null;
  /** The first version since the last acknowledged one whose answer never came. */
  private unanswered: WorkDocument | null = null;
  private failures = 0;
  private stopTimer: () => void = () => undefined;
  private stateNow: SaveState = 'saved';
  private savedAt: string | null = null;

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

  get state(): SaveState {
    return this.stateNow;
  }

  /** My changes since the version that both know. */
  get patch(): DocumentPatch {
    return patchOf(this.acknowledged, this.pending ?? this.acknowledged);
  }

  /** Keeps the work here at once and sends it after a short rest. */
  changed(document: WorkDocument): void {
    this.pending = document;
    this.keep();
    if (HALTED.has(this.stateNow)) this.show(this.stateNow);
    else {
      if (!this.flight && this.failures === 0) this.show('waiting');
      if (this.failures === 0) this.sendAfter(this.options.debounce_ms ?? 600);
    }
  }

  private keep(): void {
    const { pending, revisionNow: revision } = this;
    const sent = this.onItsWay && patchOf(this.acknowledged, this.onItsWay);
    this.options.keep(pending && { revision, patch: this.patch, sent, kept_at: new Date().toISOString() });
  }

  /** Sends what waits, now. True when the server has everything. */
  async flush(): Promise<boolean> {
    this.stopTimer();
    if (HALTED.has(this.stateNow)) return false;
    if (this.flight) await this.flight;
    if (this.pending) await this.send();
    return this.pending === null;
  }

  /** Another tab works on the document from here on: what is unsaved stays kept, and nothing more is sent. */
  async yielded(): Promise<void> {
    this.stopTimer();
    this.show('elsewhere');
    if (this.flight) await this.flight;
  }

  /** Goes on from a version that the server has. */
  continued(revision: number, document: WorkDocument): void {
    this.revisionNow = revision;
    this.acknowledged = document;
    this.pending = this.onItsWay = this.unanswered = null;
    this.failures = 0;
    this.show('saved');
  }

  /** Goes on from somebody else's version, with the document that the person chose. */
  resolved(theirs: { readonly revision: number; readonly document: WorkDocument }, chosen: WorkDocument): void {
    this.continued(theirs.revision, theirs.document);
    if (sameLabelling(theirs.document, chosen)) this.keep();
    else this.changed(chosen);
  }

  /** The server moved on by itself (a submit). */
  advanced(revision: number): void {
    this.revisionNow = revision;
  }

  /** Somebody saved meanwhile. True when both versions went into one by themselves; else the person is asked. */
  met(conflict: Clash['theirs'], patch = this.patch): boolean {
    const { document, collisions } = rebased(patch, conflict.document, () => 'mine', this.options.prediction?.() ?? null);
    if (collisions.length > 0) {
      this.show('conflict');
      this.options.onClash({ theirs: conflict, patch, collisions });
      return false;
    }
    this.revisionNow = conflict.revision;
    this.acknowledged = conflict.document;
    this.pending = sameLabelling(document, conflict.document) ? null : document;
    this.onItsWay = this.unanswered = null;
    this.keep();
    this.options.onMerged(document, conflict.saved_by);
    return true;
  }

  private show(state: SaveState, detail = '', isOther = false, fault: SaveStatus['fault'] = null): void {
    this.stateNow = state;
    this.options.onStatus({ state, detail, waiting: sizeOf(this.patch), saved_at: this.savedAt, isOther, fault });
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
      // A try on the side must not close the dialog in which a password is being typed.
      if (this.stateNow !== 'signed_out') this.show('saving');
      this.onItsWay = document;
      try {
        const saved = await this.options.save(this.revisionNow, document);
        this.stored(saved.revision, document, saved.saved_at);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!this.isOvercome(error, document)) return;
      }
      if (this.isHalted) return;
    }
    this.keep();
    this.show('saved');
  }

  /** Whether a refused save may be followed by the next one. */
  private isOvercome(error: ApiError, document: WorkDocument): boolean {
    const conflict = conflictOf(error);
    const mine = conflict && [document, this.unanswered].find((sent) => sent && sameLabelling(conflict.document, sent));
    if (mine) {
      // An earlier try arrived and only its answer was lost: the newer version on the server is mine.
      this.stored(conflict.revision, mine, this.savedAt);
      return true;
    }
    if (this.isHalted) return false;
    if (conflict) return this.met(conflict);
    if (error.isPassing) this.unanswered ??= document;
    this.failed(error, document);
    return false;
  }

  // A getter: another tab may have taken over while a save was under way.
  private get isHalted(): boolean {
    return HALTED.has(this.stateNow);
  }

  private stored(revision: number, document: WorkDocument, saved_at: string | null): void {
    this.revisionNow = revision;
    this.acknowledged = document;
    this.savedAt = saved_at;
    this.onItsWay = this.unanswered = null;
    this.failures = 0;
    if (this.pending === document) this.pending = null;
    this.keep();
  }

  private failed(error: ApiError, document: WorkDocument): void {
    if (error.isPassing || error.isSignedOut) {
      this.failures += 1;
      const delay = Math.min((this.options.retry_ms ?? 1000) * 2 ** Math.min(this.failures - 1, 10), LONGEST_RETRY_MS);
      const fault = error.isPassing && error.status > 0 ? { status: error.status, seconds: Math.ceil(delay / 1000) } : null;
      this.show(error.isSignedOut ? 'signed_out' : 'offline', error.message, error.word === 'SomebodyElse', fault);
      this.sendAfter(delay);
      return;
    }
    this.failures = 0;
    if (error.status === 404 || error.status === 410) {
      this.show('gone', error.message);
      return;
    }
    // The server says what is wrong with it; the next change is the next try.
    this.show('refused', error.message);
    this.options.onRefused?.(error, document);
  }
}
