/** One person's work on one video: the document with its history, what is selected and shown, and its saving. */
import type { Action, Surroundings } from '../actions/action';
import { clockText } from '../geometry/time';
import { uncertainStretches } from '../geometry/uncertain';
import { revealingView, wholeView, type View } from '../geometry/view';
import { t } from '../language/text';
import type { CurveName, Label, Prediction, Workbench, WorkDocument } from '../state/contract';
import { isAnswered, pairsOf } from '../state/dialogue';
import { historyOf, recorded, redone, sealed, undone } from '../state/history';
import { rowOfInterval, rowsOfWork, sourceIdOf, suggestionId, type Row, type WorkState } from '../state/work';
import { documentSave, workbenchOf } from './api';
import type { Autosave } from './autosave';
import type { Player } from './player.svelte';
import { workbenchOfOther } from './review_api';
import { Saving, type SavedWork } from './saving.svelte';
import type { Scope } from './scope';
import { TimeFields } from './time_fields.svelte';
import { Talk, type TalkPlace } from './talk.svelte';
import { Writing } from './writing.svelte';

export interface Notice {
  readonly text: string;
  readonly tone: 'plain' | 'warning';
}

const NOTICE_MS = 4000;

export class WorkSession {
  readonly bench: Workbench;
  /** null until the model has seen the video; it may come while a person already works. */
  prediction = $state.raw<Prediction | null>(null);
  /** Why there is no prediction yet. */
  awaited = $state.raw<Workbench['awaited']>(null);
  private history = $state.raw(historyOf({ document: { segments: [], is_fully_watched: false, spent_ms: 0 }, selected: null }));
  /** What a drag would do, shown until the pointer lets go. */
  private preview = $state.raw<WorkState | null>(null);
  view = $state.raw<View>(wholeView(0));
  notice = $state.raw<Notice | null>(null);
  /** Id of the row whose explanation is being written. */
  editing = $state<string | null>(null);
  /** A start that waits for its end (I without a selection). */
  pending_ms = $state<number | null>(null);
  /** Rows that were marked; some may be gone by now. */
  private marks = $state.raw<ReadonlySet<string>>(new Set());
  /** A segment that began while it plays, and waits for its end. */
  tapping = $state.raw<{ readonly label: string; readonly start_ms: number } | null>(null);
  shownCurves = $state.raw<ReadonlySet<CurveName>>(new Set(['fused']));
  isBandShown = $state(true);
  isSubmitted = $state(false);
  readonly times = new TimeFields();
  /** Which tab of the panel beside the video is open. */
  panel = $state('segments');
  private lastLabel: string | null = null;
  private stopNotice: () => void = () => undefined;
  /** Comments, reviews and what others said of the video. */
  readonly talk: Talk;
  /** Drafts from the model, phrases, dialogue. */
  readonly writing: Writing;
  readonly saving: Saving;
  /** A viewer looks at everything and changes nothing. */
  readonly isViewer: boolean;
  /** Nothing can be changed: by a viewer, and while another tab has the work. */
  readonly isReadOnly = $derived.by(() => this.isViewer || this.saving.isElsewhere);

  readonly present = $derived.by(() => this.preview ?? this.history.present);
  readonly rows = $derived.by((): Row[] => rowsOfWork(this.present.document, this.prediction));
  readonly selectedRow = $derived.by(() => this.rows.find((row) => row.id === this.present.selected) ?? null);
  /** Rows that the next command is for, when it is for several. */
  readonly marked = $derived.by((): ReadonlySet<string> => {
    const { marks } = this;
    return marks.size === 0 ? marks : new Set(this.rows.map((row) => row.id).filter((id) => marks.has(id)));
  });
  readonly openCount = $derived.by(() => this.rows.filter((row) => row.outcome === null).length);
  readonly canUndo = $derived.by(() => this.history.past.length > 0);
  readonly canRedo = $derived.by(() => this.history.future.length > 0);
  readonly uncertain = $derived.by(() => (this.prediction ? uncertainStretches(this.prediction) : []));

  constructor(
    bench: Workbench,
    readonly player: Player,
    private readonly scope: Scope,
    private readonly spent_ms: () => number,
  ) {
    this.bench = bench;
    this.prediction = bench.prediction;
    this.awaited = bench.awaited;
    this.isViewer = bench.annotation.state === 'read_only';
    this.isSubmitted = bench.annotation.state === 'submitted';
    this.view = wholeView(bench.video.duration_ms);
    this.history = historyOf({ document: bench.annotation.document, selected: null });
    this.writing = new Writing(this, scope);
    this.saving = new Saving(bench, scope, this.savedWork(), {
      save: (revision, document, keepalive) => documentSave(bench.annotation.id, revision, this.timed(document), keepalive),
      load: async () => (await (this.talk.isReview ? workbenchOfOther(bench.annotation.id) : workbenchOf(bench.video.id, null))).annotation,
    });
    this.talk = new Talk(bench, scope, this.talkPlace);
    this.selectFirst();
  }

  private get talkPlace(): TalkPlace {
    return {
      revision: () => this.autosave.revision,
      has: (key) => this.history.present.document.segments.some((segment) => segment.key === key),
      saved: () => this.autosave.flush(),
      warn: (text) => { this.tell(text, 'warning'); },
      show: (at_ms, key) => {
        const row = this.rows.find((one) => one.id === key);
        if (row) this.select(row.id);
        this.player.pause();
        this.player.seek(at_ms);
        this.reveal(at_ms, at_ms);
        this.panel = 'comments';
      },
    };
  }

  get around(): Surroundings {
    return { prediction: this.prediction, duration_ms: this.bench.video.duration_ms };
  }

  get labels(): readonly Label[] {
    return this.bench.labels;
  }

  label(name: string): Label {
    return this.labels.find((label) => label.name === name) ?? { name, title: name, hotkey: null, color: '#7a7b97' };
  }

  /** What a newly drawn segment is called: the label used last, else the question's, else the most general one. */
  get newLabel(): string {
    const general = this.labels.find((label) => label.name === 'Abnormal') ?? this.labels[0];
    return this.lastLabel ?? this.bench.question?.label ?? general?.name ?? 'Abnormal';
  }

  private timed(document: WorkDocument): WorkDocument {
    // A reviewer's minutes are not the author's.
    if (this.talk.isReview) return document;
    return { ...document, spent_ms: Math.round(this.bench.annotation.document.spent_ms + this.spent_ms()) };
  }

  private savedWork(): SavedWork {
    const history = () => this.history;
    const prediction = () => this.prediction;
    return {
      get history() { return history(); },
      get prediction() { return prediction(); },
      replace: (history) => {
        this.preview = null;
        this.history = history;
        this.talk.saw(history.present.document);
      },
      tell: (text, tone, for_ms) => { this.tell(text, tone, for_ms); },
      point: (key) => {
        const row = this.rows.find((one) => one.id === key);
        if (row && this.editing !== key) this.goTo(row);
      },
    };
  }

  get autosave(): Autosave {
    return this.saving.autosave;
  }

  private selectFirst(): void {
    const asked = this.bench.question?.segment_id ?? null;
    const byQuestion = asked === null ? null : this.rows.find((row) => row.id === suggestionId(asked) || row.source?.id === asked);
    if (byQuestion) this.select(byQuestion.id);
    if (this.bench.question?.kind !== 'dialogue') return;
    const asIfAsked = byQuestion ?? rowOfInterval(this.rows, this.bench.question);
    if (asIfAsked) this.select(asIfAsked.id);
    this.writing.openDialogue();
  }

  /** The segment that the question is about, while nobody has judged it (or, for a dialogue, answered anything). */
  get unanswered(): Row | null {
    const { question } = this.bench;
    if (question?.kind === 'dialogue') {
      const row = rowOfInterval(this.rows, question);
      return row && !pairsOf(row).some(isAnswered) ? row : null;
    }
    const asked = this.bench.question?.segment_id ?? null;
    return asked === null ? null : (this.rows.find((row) => row.id === suggestionId(asked)) ?? null);
  }

  dispatch(action: Action): void {
    if (this.isReadOnly) return;
    const after = action.perform(this.history.present);
    const before = this.history.present.document;
    this.preview = null;
    this.history = recorded(this.history, action.name, after, action.joins ?? null);
    if (after.document !== before) this.edited();
    const label = after.document.segments.find((segment) => segment.key === after.selected)?.label;
    if (action.name === 'change_label' && label) this.lastLabel = label;
  }

  private edited(): void {
    this.isSubmitted = false;
    this.saving.changed();
    this.talk.edited(this.history.present.document);
  }

  show(action: Action | null): void {
    this.preview = action && !this.isReadOnly ? action.perform(this.history.present) : null;
  }

  /** Takes back what was joined under a key, if it was the last thing done: Esc in a text box. Redo brings it again. */
  giveUp(joins: string): void {
    if (this.history.past.at(-1)?.joins !== joins) return;
    this.history = undone(this.history);
    this.edited();
  }

  mark(ids: Iterable<string>): void {
    this.marks = new Set(ids);
  }

  seal(): void {
    this.history = sealed(this.history);
  }

  undo(): void {
    const step = this.history.past.at(-1);
    if (!step) return;
    this.history = undone(this.history);
    this.edited();
    this.tell(t('notice.undone', { what: t(`action.${step.name}` as 'action.add') }));
  }

  redo(): void {
    const step = this.history.future.at(-1);
    if (!step) return;
    this.history = redone(this.history);
    this.edited();
    this.tell(t('notice.redone', { what: t(`action.${step.name}` as 'action.add') }));
  }

  select(id: string | null): void {
    this.seal();
    if (this.editing !== null && this.editing !== id) this.editing = null;
    this.history = { ...this.history, present: { ...this.history.present, selected: id } };
    this.preview = null;
  }

  /** Acts on the selected row, or says that none is. */
  withSelected(act: (row: Row) => void): void {
    if (this.selectedRow) act(this.selectedRow);
    else this.tell(t('notice.select_first'));
  }

  /** Selects a row, brings it into view and goes to its first frame. */
  goTo(row: Row): void {
    this.select(row.id);
    this.player.pause();
    this.player.seek(row.start_ms);
    this.reveal(row.start_ms, row.end_ms);
  }

  reveal(start_ms: number, end_ms: number): void {
    this.view = revealingView(this.view, start_ms, end_ms, this.around.duration_ms);
  }

  target(row_id: string): { around: Surroundings; row_id: string; new_key: string } {
    return { around: this.around, row_id, new_key: sourceIdOf(row_id) === null ? row_id : crypto.randomUUID() };
  }

  tell(text: string, tone: Notice['tone'] = 'plain', for_ms = NOTICE_MS): void {
    this.notice = { text, tone };
    this.stopNotice();
    this.stopNotice = this.scope.after(for_ms, () => (this.notice = null));
  }

  timeText(time_ms: number): string {
    return clockText(time_ms);
  }
}
