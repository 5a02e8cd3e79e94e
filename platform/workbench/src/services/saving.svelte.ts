/** The saving of one person's work: what the server has, what this browser keeps, who else has it open, two versions. */
import { pageLanguage, t } from '../language/text';
import type { Prediction, Saved, Workbench, WorkDocument } from '../state/contract';
import { continued, historyOf, keptSteps, recorded, type History } from '../state/history';
import { rebased, type Choice } from '../state/merge';
import { sameLabelling } from '../state/work';
import { ApiError } from './api';
import { Autosave, type Clash, type SaveStatus } from './autosave';
import { leaveGuard } from './leave_guard';
import { isOwn, type Draft, type KeptSteps } from './outbox';
import { titleMark } from './page_root';
import { Safekeeping, type Found } from './safekeeping';
import type { Scope } from './scope';
import { Seat, seatName } from './seat';

/** What the saving needs of the session whose work it saves. */
export interface SavedWork {
  readonly history: History;
  replace(history: History): void;
  readonly prediction: Prediction | null;
  tell(text: string, tone?: 'plain' | 'warning', for_ms?: number): void;
  /** Shows a segment, because the server refuses it. */
  point(key: string): void;
}

export interface SavingCalls {
  readonly save: (revision: number, document: WorkDocument, keepalive: boolean) => Promise<Saved>;
  /** The annotation as the server has it now. */
  readonly load: () => Promise<Workbench['annotation']>;
}

/** What happened without the person's doing must not pass unread. */
const LONG_NOTICE_MS = 12_000;
const PARTING_MS = 1500;
const RELOAD_AFTER_MS = 3000;

export class Saving {
  status = $state.raw<SaveStatus>({ state: 'saved', detail: '', waiting: 0, saved_at: null, isOther: false, fault: null });
  /** Two versions of which a person must choose. */
  clash = $state.raw<Clash | null>(null);
  /** Another tab of this browser works on the same annotation. */
  isElsewhere = $state(false);
  /** False: the browser keeps nothing (private mode, full), so unsaved work ends with the page. */
  isLasting = $state(true);
  readonly autosave: Autosave;
  readonly keeping: Safekeeping;
  private readonly seat: Seat;

  constructor(
    readonly bench: Workbench,
    private readonly scope: Scope,
    private readonly work: SavedWork,
    private readonly calls: SavingCalls,
  ) {
    const { me, annotation } = bench;
    // The mark is this work's: whatever is shown next says for itself what is unsaved.
    scope.own(() => { titleMark(false); });
    this.keeping = new Safekeeping(scope, me.id, annotation.id);
    this.seat = new Seat(scope, seatName(me.id, annotation.id), {
      onGiven: () => void this.sitDown(),
      onAsked: () => this.standUp(),
    });
    this.autosave = new Autosave({
      scope,
      revision: annotation.revision,
      document: annotation.document,
      prediction: () => work.prediction,
      keep: (draft) => { this.keeping.keep(draft && { ...draft, video: { id: bench.video.id, name: bench.video.name } }); },
      save: (revision, document) => calls.save(revision, document, false),
      onStatus: (status) => { this.shown(status); },
      onMerged: (document, saved_by) => { this.merged(document, saved_by); },
      onClash: (clash) => { this.clash = clash; },
      onRefused: (error, document) => { this.refused(error, document); },
    });
  }

  /** Brings back what this browser kept, unless another tab has the work open. Call it once the page is there. */
  async open(): Promise<void> {
    leaveGuard(this.scope, this.autosave, this.keeping, (revision, document) => void this.calls.save(revision, document, true));
    if (await this.seat.claim()) await this.recover(this.bench.annotation);
    else await this.standUp();
  }

  /** The work was changed by its person: keep it, send it. */
  changed(): void {
    this.autosave.changed(this.work.history.present.document);
    this.stepsKeep();
  }

  /** Goes on in this tab instead of the other one. */
  takeOver(): void {
    this.seat.takeOver();
  }

  /** Ends a clash as the person chose, segment by segment; can be undone like anything else. */
  resolve(choose: (key: string) => Choice): void {
    const { clash } = this;
    if (!clash) return;
    const { document } = rebased(clash.patch, clash.theirs.document, choose, this.work.prediction);
    this.clash = null;
    this.record('take_version', document);
    this.autosave.resolved(clash.theirs, document);
  }

  private record(name: string, document: WorkDocument): void {
    const { history } = this.work;
    this.work.replace(recorded(history, name, { ...history.present, document }));
    this.stepsKeep();
  }

  private stepsKeep(): void {
    this.keeping.stepsKeep(() => ({ revision: this.autosave.revision, ...keptSteps(this.work.history) }));
  }

  private shown(status: SaveStatus): void {
    const wasSaving = this.status.state === 'saving';
    this.status = status;
    this.isLasting = this.keeping.isLasting;
    titleMark(status.waiting > 0);
    if (wasSaving && status.state === 'saved') this.stepsKeep();
  }

  private merged(document: WorkDocument, saved_by: string): void {
    if (sameLabelling(document, this.work.history.present.document)) return;
    this.record('merge_versions', document);
    this.work.tell(t('notice.merged', { who: saved_by || t('conflict.another_page') }), 'plain', LONG_NOTICE_MS);
  }

  private refused(error: ApiError, document: WorkDocument): void {
    const key = refusedKey(error, document);
    if (key) this.work.point(key);
    this.work.tell(t('notice.refused', { detail: error.message }), 'warning');
  }

  // ---------------------------------------------------------------- one tab at a time

  private async standUp(): Promise<void> {
    const inTime = new Promise<void>((late) => this.scope.after(PARTING_MS, late));
    if (this.autosave.hasUnsaved) await Promise.race([this.autosave.flush(), inTime]);
    await Promise.race([this.autosave.yielded(), inTime]);
    await this.keeping.written();
    this.isElsewhere = true;
  }

  private async sitDown(): Promise<void> {
    try {
      const annotation = await this.calls.load();
      this.work.replace(historyOf({ document: annotation.document, selected: null }));
      this.autosave.continued(annotation.revision, annotation.document);
      this.isElsewhere = false;
      await this.recover(annotation);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.work.tell(error.message, 'warning');
      this.scope.after(RELOAD_AFTER_MS, () => void this.sitDown());
    }
  }

  // ---------------------------------------------------------------- what earlier pages left

  private async recover(annotation: Workbench['annotation']): Promise<void> {
    const found = await this.keeping.found();
    this.isLasting = this.keeping.isLasting;
    const steps = fitting(found, annotation.revision);
    if (steps) this.goOnFrom(steps);
    for (const draft of found.drafts) this.restore(draft, annotation, steps);
    await this.keeping.takenOver();
  }

  /** What this page did before the kept steps were there comes behind them. */
  private goOnFrom(steps: KeptSteps): void {
    const { present, past, future } = this.work.history;
    const earlier = continued(present.document, steps);
    this.work.replace({ present, past: [...earlier.past, ...past], future: past.length > 0 ? future : earlier.future });
  }

  private restore(draft: Draft, annotation: Workbench['annotation'], steps: KeptSteps | null): void {
    const { history } = this.work;
    const theirs = { revision: annotation.revision, document: this.autosave.base, saved_by: '' };
    const { document, collisions } = rebased(draft.patch, history.present.document, () => 'mine', this.work.prediction);
    if (sameLabelling(document, history.present.document)) return;
    const isContinued = steps?.revision === draft.revision;
    const present = { ...history.present, document };
    this.work.replace(isContinued ? { ...history, present } : recorded(history, 'restore', present));
    this.work.tell(t('notice.restored', { time: new Date(draft.kept_at).toLocaleTimeString(pageLanguage()) }), 'plain', LONG_NOTICE_MS);
    if (collisions.some((one) => !isOwn(one, draft)) && draft.revision !== annotation.revision) {
      this.autosave.met(theirs, draft.patch);
      return;
    }
    this.autosave.changed(document);
  }
}

/** Kept steps that lead to what the server has, or to the changes that were kept with them. */
function fitting({ drafts, steps }: Found, revision: number): KeptSteps | null {
  if (!steps) return null;
  const isNext = revision === steps.revision || revision === steps.revision + 1;
  return isNext || drafts.some((draft) => draft.revision === steps.revision) ? steps : null;
}

/** Key of the segment that a refusal is about. */
function refusedKey({ body }: ApiError, document: WorkDocument): string | null {
  if (typeof body !== 'object' || body === null) return null;
  if ('segment_key' in body && typeof body.segment_key === 'string') return body.segment_key;
  const place = 'place' in body && Array.isArray(body.place) ? (body.place as unknown[]) : [];
  return place[0] === 'segments' && typeof place[1] === 'number' ? (document.segments[place[1]]?.key ?? null) : null;
}
