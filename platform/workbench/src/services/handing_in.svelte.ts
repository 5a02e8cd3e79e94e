/** The end of a task: saved, handed in with the time spent on its question, and on to the next; or passed by. */
import { t } from '../language/text';
import type { SaveConflict } from '../state/contract';
import { ApiError, annotationSubmit, conflictOf, questionSkip, questionsRenew } from './api';
import type { Attention } from './attention';
import { LeaseKeeper } from './lease_keeper.svelte';
import { projectUrl } from './next_work';
import type { Scope } from './scope';
import { tappedEnded } from './tapping';
import { nothingWaits, type Ended, type WorkRound } from './work_round.svelte';
import type { WorkSession } from './work_session.svelte';

const PARTING_MS = 1500;

export interface HandingInOptions {
  readonly scope: Scope;
  readonly session: WorkSession;
  readonly round: WorkRound;
  readonly attention: Attention;
  readonly goTo: (url: string) => void;
  readonly onConflict: (conflict: SaveConflict) => void;
  readonly onUnsaved: () => void;
}

export class HandingIn {
  isUnderway = $state(false);
  /** The question went to somebody else: what was done stays a draft, and may be handed in without it. */
  isLost = $state(false);
  readonly lease: LeaseKeeper;

  constructor(private readonly options: HandingInOptions) {
    const { scope, session, round, attention } = options;
    const { question, project } = session.bench;
    const part = () => this.part();
    round.part = part;
    scope.own(() => { if (round.part === part) round.part = nothingWaits; });
    this.lease = new LeaseKeeper({
      scope,
      held: () => [...(question && !this.isLost ? [question] : []), ...(round.ready ? [round.ready.question] : [])],
      isAwake: () => attention.isAwake,
      renew: (ids) => questionsRenew(project.slug, ids),
      onGone: (ids) => {
        for (const id of ids) round.gone(id);
        if (question && ids.includes(question.id)) this.isLost = true;
      },
    });
  }

  /** The page leads elsewhere: what waits is sent first. What does not arrive in time stays kept, and is sent from there. */
  private async part(): Promise<void> {
    const { scope, session } = this.options;
    const inTime = new Promise<void>((late) => scope.after(PARTING_MS, late));
    if (session.autosave.hasUnsaved) await Promise.race([session.autosave.flush(), inTime]);
    await session.saving.keeping.written();
  }

  private get bench() {
    return this.options.session.bench;
  }

  /** Saves and hands in; with everything arrived the next task is shown. */
  async submit(): Promise<void> {
    const { session } = this.options;
    if (this.isUnderway || tappedEnded(session)) return;
    if (session.talk.isReview) {
      await this.reviewEnd();
      return;
    }
    const { unanswered } = session;
    if (unanswered && !this.isLost) {
      session.goTo(unanswered);
      session.tell(t(this.bench.question?.kind === 'dialogue' ? 'dialogue.unanswered' : 'notice.unanswered'), 'warning');
      return;
    }
    this.isUnderway = true;
    try {
      if (await session.autosave.flush()) await this.handIn();
      else this.options.onUnsaved();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed(error);
    } finally {
      this.isUnderway = false;
    }
  }

  private failed(error: ApiError): void {
    const conflict = conflictOf(error);
    if (conflict) this.options.onConflict(conflict);
    else {
      // Saved, but the question is somebody else's by now.
      if (error.status === 409 && this.bench.question) this.isLost = true;
      this.options.session.tell(t('notice.submit_failed', { detail: error.message }), 'warning');
    }
  }

  private async handIn(): Promise<void> {
    const { session, attention } = this.options;
    const question_id = this.isLost ? null : (this.bench.question?.id ?? null);
    const submitted = await annotationSubmit(this.bench.annotation.id, session.autosave.revision, question_id, attention.spent_ms);
    session.autosave.advanced(submitted.revision);
    session.isSubmitted = true;
    if (this.bench.question) await this.goOn('submitted');
    else if (submitted.next) this.options.goTo(submitted.next.url);
    else session.tell(t('page.nothing_next'));
  }

  /** On to the next task, which on the same video begins with what the server has, and with nothing else. */
  private async goOn(state: Ended['state']): Promise<void> {
    const { round, goTo, session, attention } = this.options;
    const { revision, base } = session.autosave;
    const document = { ...base, spent_ms: this.bench.annotation.document.spent_ms + attention.spent_ms };
    if (!(await round.advance({ revision, document, state }))) goTo(await round.elsewhere());
  }

  /** Ends a review and goes on to the next one. */
  async reviewEnd(): Promise<void> {
    const { session, goTo } = this.options;
    if (this.isUnderway || tappedEnded(session)) return;
    if (!session.talk.isReview) {
      session.tell(t('review.only_reviewer'));
      return;
    }
    this.isUnderway = true;
    try {
      if (await session.autosave.flush()) goTo((await session.talk.end()) ?? `${projectUrl(this.bench.project.slug)}review/`);
      else session.tell(t('review.not_saved'), 'warning');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      session.tell(error.message, 'warning');
    } finally {
      this.isUnderway = false;
    }
  }

  /** Passes the question by, once what was done on the way is saved; two versions are put together first. */
  async skip(): Promise<void> {
    const { session } = this.options;
    if (this.isUnderway || tappedEnded(session)) return;
    this.isUnderway = true;
    try {
      // Who only looks on, because another tab has the work, has nothing to save.
      if (!session.isReadOnly && !(await session.autosave.flush())) {
        if (!session.saving.clash) session.tell(t('notice.not_skipped'), 'warning');
        return;
      }
      if (this.bench.question) await questionSkip(this.bench.question.id);
      await this.goOn(session.isSubmitted ? 'submitted' : 'draft');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      session.tell(error.message, 'warning');
    } finally {
      this.isUnderway = false;
    }
  }
}
