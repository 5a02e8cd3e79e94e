/** What each key does to the work. Buttons call the same functions. */
import { changeLabel } from '../actions/editing';
import { accept, markWatched, reject, remove } from '../actions/judging';
import { onlyLooks, type Command } from '../actions/keymap';
import type { Edge } from '../geometry/lanes';
import { gapAfter, gapsOf } from '../geometry/coverage';
import { stretchAfter } from '../geometry/uncertain';
import { wholeView, zoomedView } from '../geometry/view';
import { t } from '../language/text';
import { nextOpenRow, rowBeside, type Row } from '../state/work';
import { manyLabelled, manyRun } from './many';
import { SegmentCommands } from './segment_commands';
import { labelTapped } from './tapping';
import type { WorkSession } from './work_session.svelte';

const ZOOM_STEP = 1.6;

/** What the commands leave to the page around them. */
export interface PageCommands {
  submit(): void;
  skip(): void;
  help(): void;
  reviewEnd(): void;
  palette(): void;
  keySettings(): void;
}

export class WorkCommands {
  private readonly shape: SegmentCommands;

  constructor(
    private readonly session: WorkSession,
    private readonly page: PageCommands,
  ) {
    this.shape = new SegmentCommands(session);
  }

  run(command: Command): void {
    if (this.session.isReadOnly && !onlyLooks(command)) this.session.tell(t('notice.read_only'));
    else if (!manyRun(this.session, command)) this.table[command]();
  }

  private readonly table: Readonly<Record<Command, () => void>> = {
    play_pause: () => { this.player.toggle(); },
    shuttle_back: () => { this.player.shuttle(-1); },
    shuttle_forward: () => { this.player.shuttle(1); },
    frame_back: () => { this.player.stepFrames(-1); },
    frame_forward: () => { this.player.stepFrames(1); },
    second_back: () => { this.jump(-1000); },
    second_forward: () => { this.jump(1000); },
    ten_seconds_back: () => { this.jump(-10_000); },
    ten_seconds_forward: () => { this.jump(10_000); },
    video_start: () => { this.seek(0); },
    video_end: () => { this.seek(this.session.around.duration_ms); },
    play_segment: () => { this.playSegment(); },
    loop_segment: () => { this.loopSegment(); },
    faster: () => { this.player.faster(1); },
    slower: () => { this.player.faster(-1); },
    go_to_time: () => { this.session.times.open = 'position'; },
    show_frames: () => { this.session.times.toggle(); },
    type_start: () => { this.type('start'); },
    type_end: () => { this.type('end'); },
    next_segment: () => { this.step(1); },
    previous_segment: () => { this.step(-1); },
    next_uncertain: () => { this.nextUncertain(); },
    next_unwatched: () => { this.nextUnwatched(); },
    jump_to_start: () => { this.withRow((row) => { this.seek(row.start_ms); }); },
    jump_to_end: () => { this.withRow((row) => { this.seek(row.end_ms - 1); }); },
    set_start: () => { this.shape.setStart(); },
    set_end: () => { this.shape.setEnd(); },
    start_earlier: () => { this.shape.nudge('start', -1); },
    start_later: () => { this.shape.nudge('start', 1); },
    end_earlier: () => { this.shape.nudge('end', -1); },
    end_later: () => { this.shape.nudge('end', 1); },
    new_segment: () => { this.shape.drawHere(); },
    split: () => { this.shape.split(); },
    merge: () => { this.shape.merge(); },
    unselect: () => { this.unselect(); },
    accept: () => { this.withRow((row) => { this.goOnFrom(row, this.accept(row)); }); },
    reject: () => { this.withRow((row) => { this.goOnFrom(row, this.reject(row)); }); },
    edit: () => { this.withRow((row) => { this.edit(row); }); },
    remove: () => { this.withRow((row) => { this.session.dispatch(remove(row.id)); }); },
    open_dialogue: () => { this.session.writing.openDialogue(); },
    redraft: () => { this.session.writing.redraft(); },
    take_draft: () => { this.session.writing.take(); },
    mark_watched: () => { this.session.dispatch(markWatched(!this.session.present.document.is_fully_watched)); },
    comment: () => { this.comment(); },
    review_accept: () => { this.withReviewed((row) => { this.reviewAccept(row); }); },
    review_reject: () => { this.withReviewed((row) => { this.reviewReject(row); }); },
    review_end: () => { this.page.reviewEnd(); },
    zoom_in: () => { this.zoom(ZOOM_STEP); },
    zoom_out: () => { this.zoom(1 / ZOOM_STEP); },
    zoom_all: () => { this.session.view = wholeView(this.session.around.duration_ms); },
    undo: () => { this.session.undo(); },
    redo: () => { this.session.redo(); },
    save: () => void this.save(),
    submit: () => { this.page.submit(); },
    accept_submit: () => { this.acceptAndSubmit(); },
    skip: () => { this.page.skip(); },
    help: () => { this.page.help(); },
    palette: () => { this.page.palette(); },
    key_settings: () => { this.page.keySettings(); },
  };

  private async save(): Promise<void> {
    if (await this.session.autosave.flush()) this.session.tell(t('save.saved'));
    else if (!this.session.saving.clash) this.session.tell(t('notice.not_saved'), 'warning');
  }

  private get player() {
    return this.session.player;
  }

  private get now_ms(): number {
    return this.player.time_ms;
  }

  private withRow(act: (row: Row) => void): void {
    this.session.withSelected(act);
  }

  private seek(time_ms: number): void {
    this.player.pause();
    this.player.seek(time_ms);
    this.session.reveal(this.now_ms, this.now_ms);
  }

  private jump(by_ms: number): void {
    this.player.seek(this.now_ms + by_ms);
    this.session.reveal(this.now_ms, this.now_ms);
  }

  private comment(): void {
    this.player.pause();
    this.session.panel = 'comments';
    this.session.talk.write();
  }

  /** A segment of the annotation that is reviewed; suggestions are nobody's yet. */
  private withReviewed(act: (row: Row) => void): void {
    this.withRow((row) => {
      if (!this.session.talk.isReview) this.session.tell(t('review.only_reviewer'));
      else if (row.outcome === null) this.session.tell(t('review.select_own'));
      else act(row);
    });
  }

  private reviewAccept(row: Row): void {
    void this.session.talk.review(row.id, 'accepted').then((isDone) => {
      if (isDone) this.step(1);
    });
  }

  /** Its reason is written in the list of segments. */
  private reviewReject(row: Row): void {
    this.session.panel = 'segments';
    this.session.talk.rejecting = row.id;
  }

  private playSegment(): void {
    const place = this.session.selectedRow ?? this.session.bench.question;
    if (place) this.player.playInterval(place.start_ms, place.end_ms);
    else this.session.tell(t('notice.select_first'));
  }

  private loopSegment(): void {
    const place = this.session.selectedRow ?? this.session.bench.question;
    if (this.player.loop) this.player.loopEnd();
    else if (place) this.player.playLoop({ start_ms: place.start_ms, end_ms: place.end_ms }, this.session.selectedRow !== null);
    else this.session.tell(t('notice.select_first'));
  }

  private type(edge: Edge): void {
    this.withRow(() => {
      this.session.panel = 'segments';
      this.session.times.open = edge;
    });
  }

  private step(by: 1 | -1): void {
    const row = rowBeside(this.session.rows, this.session.present.selected, this.now_ms, by);
    if (row) this.session.goTo(row);
  }

  private nextUncertain(): void {
    const stretch = stretchAfter(this.session.uncertain, this.now_ms);
    if (!stretch) {
      this.session.tell(t('notice.no_uncertain'));
      return;
    }
    this.seek(stretch.start_ms);
    this.session.reveal(stretch.start_ms, stretch.end_ms);
  }

  private nextUnwatched(): void {
    const { played } = this.player;
    const gap = gapAfter(gapsOf(played, this.session.around.duration_ms), this.now_ms);
    if (!gap) {
      this.session.tell(t('notice.all_watched'));
      return;
    }
    this.seek(gap.start_ms);
    this.session.reveal(gap.start_ms, Math.min(gap.end_ms, gap.start_ms + 60_000));
    this.player.play();
  }

  /** The segment as it stands is right: one stroke for accept, submit and next. */
  private acceptAndSubmit(): void {
    const row = this.session.unanswered ?? this.session.selectedRow;
    if (row?.outcome === null) this.accept(row);
    this.page.submit();
  }

  /** Accepts and answers with the id that the row has now. */
  accept(row: Row): string {
    const { new_key } = this.session.target(row.id);
    this.session.dispatch(accept(this.session.around, row.id, new_key));
    return new_key;
  }

  reject(row: Row): string {
    const { new_key } = this.session.target(row.id);
    this.session.dispatch(reject(this.session.around, row.id, new_key));
    return new_key;
  }

  /** By keyboard a judged suggestion leads to the next one that waits; a question about one segment stays with it. */
  private goOnFrom(judged: Row, id: string): void {
    if (judged.outcome !== null || this.isAboutOneSegment) return;
    const next = nextOpenRow(this.session.rows, id);
    if (next) this.session.goTo(next);
  }

  private get isAboutOneSegment(): boolean {
    const kind = this.session.bench.question?.kind;
    return kind === 'bounds' || kind === 'explain';
  }

  edit(row: Row): void {
    this.session.select(row.id);
    this.session.panel = 'segments';
    this.session.editing = row.id;
  }

  setLabel(row: Row, label: string): void {
    this.session.dispatch(changeLabel(this.session.target(row.id), label));
  }

  /** The label with a hotkey, for the selected segment. True when there is such a label. */
  labelByHotkey(hotkey: string): boolean {
    const label = this.session.labels.find((one) => String(one.hotkey ?? '').toUpperCase() === hotkey);
    if (!label || this.session.isReadOnly) return false;
    if (manyLabelled(this.session, label.name) || labelTapped(this.session, label.name)) return true;
    this.withRow((row) => { this.setLabel(row, label.name); });
    return true;
  }

  private unselect(): void {
    this.session.pending_ms = null;
    this.session.tapping = null;
    this.session.select(null);
  }

  private zoom(factor: number): void {
    const { session } = this;
    const isVisible = this.now_ms >= session.view.start_ms && this.now_ms <= session.view.end_ms;
    const anchor = isVisible ? this.now_ms : (session.view.start_ms + session.view.end_ms) / 2;
    session.view = zoomedView(session.view, anchor, factor, session.around.duration_ms);
  }
}
