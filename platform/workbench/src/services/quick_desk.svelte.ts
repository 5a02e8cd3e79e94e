/** The page of quick questions as one object: what is asked, the marks of a glance, speed, mode, and what each key does. */
import type { QuestionCommand } from '../actions/keymap';
import { marksWith, REACTION_MS, seenAt, speedBeside } from '../geometry/reaction';
import type { QuestionsWaiting } from '../state/contract';
import { isQuick, kindsOf, modeOf, type Mode } from '../state/modes';
import { ApiError, questionNext, questionsRenew, questionsWaiting } from './api';
import { Attention } from './attention';
import { LeaseKeeper } from './lease_keeper.svelte';
import { taskUrl } from './next_work';
import type { Outbox } from './outbox';
import { QuestionRound } from './question_round.svelte';
import { remember, remembered } from './remembered';
import type { Scope } from './scope';

export type Verdict = 'yes' | 'no' | 'unsure';

export interface PlayControls {
  toggle(): void;
  seek(time_ms: number): void;
  replay(): void;
}

const FIRST_SPEED = 2;
const NO_MARKS: readonly number[] = [];
const WITHOUT_QUESTION: readonly QuestionCommand[] = ['question_undo', 'question_modes', 'question_help'];

function momentsOf(payload: unknown): readonly number[] {
  const hasMoments = typeof payload === 'object' && payload !== null && 'moments_ms' in payload && Array.isArray(payload.moments_ms);
  return hasMoments ? (payload.moments_ms as number[]) : [];
}

export class QuickDesk {
  readonly round: QuestionRound;
  readonly lease: LeaseKeeper;
  mode = $state<Mode>('quick');
  dialog = $state<'help' | 'keys' | null>(null);
  isChoosing = $state(false);
  waiting = $state.raw<QuestionsWaiting | null>(null);
  /** Why it is not known what waits. */
  waitingDetail = $state('');
  time_ms = $state(0);
  isPlaying = $state(false);
  speed = $state(FIRST_SPEED);
  /** Marks belong to the question whose film they were made in: whatever comes next begins without. */
  private marks = $state.raw<{ readonly question_id: number | null; readonly at_ms: readonly number[] }>({ question_id: null, at_ms: [] });
  controls: PlayControls | null = null;
  readonly question = $derived.by(() => this.round.current);
  readonly marks_ms = $derived.by(() => (this.marks.question_id === this.question?.id ? this.marks.at_ms : NO_MARKS));
  readonly isGlance = $derived.by(() => this.question?.kind === 'glance');
  readonly isAtEnd = $derived.by(() => this.question !== null && this.time_ms >= this.question.play.end_ms - 100);
  readonly reaction = $derived.by(() => this.waiting?.reaction ?? { reaction_ms: REACTION_MS, taps: 0 });

  constructor(
    scope: Scope,
    private readonly slug: string,
    outbox: Outbox,
    private readonly goTo: (url: string) => void,
  ) {
    // A glance runs to its end by itself, so it may be watched without a sign of life; a loop may run without anybody.
    const attention = new Attention(scope, () => this.isPlaying && this.isGlance);
    this.round = new QuestionRound({ scope, slug, outbox, spent_ms: () => attention.spent_ms });
    this.lease = new LeaseKeeper({
      scope,
      held: () => this.round.held,
      isAwake: () => attention.isAwake,
      renew: (ids) => questionsRenew(slug, ids),
      onGone: (ids) => { this.round.gone(ids); },
    });
    this.speed = speedBeside(Number(remembered('glance-speed') ?? FIRST_SPEED) - 0.5, 1);
  }

  /** Opens in the mode of the address or the one used last; work for the workbench is begun only when it is chosen. */
  async open(search: string): Promise<void> {
    const asked = modeOf(new URLSearchParams(search).get('mode'));
    this.mode = asked ?? modeOf(remembered('mode')) ?? 'quick';
    void this.look();
    if (isQuick(this.mode)) await this.round.start(kindsOf(this.mode));
    else this.isChoosing = true;
  }

  /** Asks what waits, kind by kind. */
  async look(): Promise<void> {
    try {
      this.waiting = await questionsWaiting(this.slug);
      this.waitingDetail = '';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.waitingDetail = error.message;
    }
  }

  showModes(isOn: boolean): void {
    this.isChoosing = isOn;
    if (isOn) void this.look();
  }

  async choose(mode: Mode): Promise<void> {
    this.mode = mode;
    remember('mode', mode);
    if (isQuick(mode)) {
      this.isChoosing = false;
      await this.round.start(kindsOf(mode));
      return;
    }
    try {
      const { question } = await questionNext(this.slug, kindsOf(mode), []);
      if (question) this.goTo(taskUrl(question));
      else await this.look();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.waitingDetail = error.message;
    }
  }

  tap(): void {
    const { question } = this;
    if (!question || !this.isGlance) return;
    const at_ms = seenAt(this.time_ms, this.isPlaying ? this.speed : 0, this.reaction.reaction_ms);
    this.mark(marksWith(this.marks_ms, Math.max(question.play.start_ms, at_ms)));
  }

  private mark(at_ms: readonly number[]): void {
    this.marks = { question_id: this.question?.id ?? null, at_ms };
  }

  unmark(mark_ms: number): void {
    this.mark(this.marks_ms.filter((one) => one !== mark_ms));
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    remember('glance-speed', String(speed));
  }

  finish(): void {
    this.round.answer({ moments_ms: this.marks_ms, speed: this.speed, reaction_ms: this.reaction.reaction_ms });
  }

  give(verdict: Verdict): void {
    this.round.answer({ verdict });
  }

  /** First the last mark of this glance, then the last answer, with its marks. */
  undo(): void {
    const last = this.marks_ms.at(-1);
    if (this.isGlance && last !== undefined) this.unmark(last);
    else if (this.round.canWithdraw) {
      this.mark(momentsOf(this.round.withdraw()));
      this.isChoosing = false;
    }
  }

  skip(): void {
    this.round.skip();
  }

  seekBy(by_ms: number): void {
    this.controls?.seek(this.time_ms + by_ms);
  }

  run(command: QuestionCommand): void {
    if (this.question || WITHOUT_QUESTION.includes(command)) this.table[command]();
  }

  private readonly table: Readonly<Record<QuestionCommand, () => void>> = {
    question_yes: () => { this.give('yes'); },
    question_no: () => { this.give('no'); },
    question_unsure: () => { this.give('unsure'); },
    question_tap: () => { this.tap(); },
    question_unmark: () => { this.mark(this.marks_ms.slice(0, -1)); },
    question_finish: () => { this.finish(); },
    question_faster: () => { this.setSpeed(speedBeside(this.speed, 1)); },
    question_slower: () => { this.setSpeed(speedBeside(this.speed, -1)); },
    question_play_pause: () => { this.controls?.toggle(); },
    question_replay: () => { this.controls?.replay(); },
    question_second_back: () => { this.seekBy(-1000); },
    question_second_forward: () => { this.seekBy(1000); },
    question_undo: () => { this.undo(); },
    question_skip: () => { this.skip(); },
    question_modes: () => { this.showModes(!this.isChoosing); },
    question_help: () => { this.dialog = 'help'; },
  };
}
