/** Task after task in the workbench: while one is worked on the next is fetched, so that it opens in place and at once. */
import type { Question, QuestionKind, WorkDocument, Workbench } from '../state/contract';
import { kindsOf, modeOf } from '../state/modes';
import { ApiError, questionNext } from './api';
import { benchOf } from './bench_loading.svelte';
import { projectUrl, questionUrl, taskUrl, WORKBENCH_KINDS } from './next_work';
import { remembered } from './remembered';

/** A task that is loaded and not shown yet. */
interface Ready {
  readonly question: Question;
  readonly bench: Workbench;
}

/** How the work on one video ended: what the server has now. */
export interface Ended {
  readonly revision: number;
  readonly document: WorkDocument;
  readonly state: Workbench['annotation']['state'];
}

/** Whether handing in a document answers a question that lies ready as well: the server's own rule. */
export function isSettledBy(question: Question, video_id: number, document: WorkDocument): boolean {
  if (question.video_id !== video_id) return false;
  const isJudged = document.segments.some((segment) => segment.source_id !== null && segment.source_id === question.segment_id);
  return document.is_fully_watched || (isJudged && question.kind !== 'dialogue');
}

export function nothingWaits(): Promise<void> {
  return Promise.resolve();
}

export class WorkRound {
  /** The next task, loaded; its film is loaded beside the one that is shown. */
  ready = $state.raw<Ready | null>(null);
  /** Sends what the person did on the task that is shown. Answers when nothing waits any more, or soon anyway. */
  part: () => Promise<void> = nothingWaits;
  private fetching: Promise<void> | null = null;
  private current: Workbench | null = null;
  private readonly passed = new Set<number>();

  /** `open` shows a task in place of the present one. */
  constructor(private readonly open: (bench: Workbench) => void) {}

  /** Who chose one kind of question gets that kind; else whatever the workbench answers. */
  private get kinds(): readonly QuestionKind[] {
    const mode = modeOf(remembered('mode'));
    const isOfMode = mode !== null && this.current?.question?.kind === mode;
    return isOfMode ? kindsOf(mode) : WORKBENCH_KINDS;
  }

  /** Fetches the next task while this one is worked on. Who just looks at a video holds no questions. */
  begin(bench: Workbench): void {
    this.current = bench;
    if (bench.question) void this.prepare();
  }

  private prepare(): Promise<void> {
    this.fetching ??= this.fetchNext().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetchNext(): Promise<void> {
    const bench = this.current;
    if (!bench || this.ready) return;
    try {
      const known = [...this.passed, ...(bench.question ? [bench.question.id] : [])];
      const { question } = await questionNext(bench.project.slug, this.kinds, known);
      if (!question) return;
      const isHere = question.video_id === bench.video.id;
      this.ready = { question, bench: isHere ? { ...bench, question } : await benchOf(question.video_id, question.id) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // asked again when it is needed, and told then
    }
  }

  /** Somebody else has this one now. */
  gone(question_id: number): void {
    if (this.ready?.question.id === question_id) this.ready = null;
  }

  /** Shows the next task in place. False when none of the kind waits: the page is to go elsewhere. */
  async advance(ended: Ended | null): Promise<boolean> {
    const from = this.current;
    if (!from) return false;
    if (from.question) this.passed.add(from.question.id);
    if (ended && this.ready && isSettledBy(this.ready.question, from.video.id, ended.document)) this.ready = null;
    if (this.fetching) await this.fetching;
    if (!this.ready) await this.prepare();
    const next = this.ready;
    if (!next?.bench.video.proxy_url) return false;
    this.ready = null;
    this.open(this.renewed(next, from, ended));
    return true;
  }

  /** The same video goes on from what was just handed in. */
  private renewed(next: Ready, from: Workbench, ended: Ended | null): Workbench {
    if (!ended || next.bench.video.id !== from.video.id) return next.bench;
    return { ...next.bench, question: next.question, annotation: { ...from.annotation, ...ended } };
  }

  /** Where to go when no task of the kind waits. */
  async elsewhere(): Promise<string> {
    const slug = this.current?.project.slug ?? '';
    const mode = modeOf(remembered('mode'));
    if (mode !== null && this.current?.question?.kind === mode) return `${projectUrl(slug)}questions/?mode=${mode}`;
    const { question } = await questionNext(slug, null, [...this.passed]);
    return question ? questionUrl(slug, question) : projectUrl(slug);
  }

  address(bench: Workbench): string {
    return bench.question ? taskUrl(bench.question) : `/videos/${bench.video.id}/`;
  }
}
