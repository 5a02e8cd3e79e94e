/** A round of quick questions: one is shown, the next is fetched meanwhile, the last answer can be taken back. */
import type { Question } from '../state/contract';
import { ApiError, answerWithdraw, questionAnswer, questionNext, questionSkip } from './api';

export type RoundState = 'loading' | 'asking' | 'done' | 'failed';
export const QUICK_KINDS = ['verify', 'glance'] as const;

interface Given {
  readonly answer_id: number;
  readonly question: Question;
}

export class QuestionRound {
  state = $state<RoundState>('loading');
  current = $state.raw<Question | null>(null);
  next = $state.raw<Question | null>(null);
  open = $state(0);
  answered = $state(0);
  detail = $state('');
  isSending = $state(false);
  /** An answer that could not be kept, told until the person has seen and put it away; its question is gone. */
  lost = $state('');
  private last = $state.raw<Given | null>(null);
  private fetching: Promise<void> | null = null;
  private began_ms = 0;

  constructor(
    private readonly slug: string,
    private readonly spent_ms: () => number,
  ) {}

  get canWithdraw(): boolean {
    return this.last !== null && !this.isSending;
  }

  async start(): Promise<void> {
    this.state = 'loading';
    await this.advance();
  }

  /** Shows the next question; it is here already unless the network was slower than the person. */
  private async advance(): Promise<void> {
    try {
      if (!this.next) await this.prefetch();
      this.current = this.next;
      this.next = null;
      this.began_ms = this.spent_ms();
      this.state = this.current ? 'asking' : 'done';
    } catch (error) {
      this.failed(error);
      return;
    }
    if (this.current) this.prefetch().catch(() => undefined); // asked again when it is needed, and told then
  }

  private prefetch(): Promise<void> {
    this.fetching ??= this.fetchNext().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetchNext(): Promise<void> {
    const known = this.current;
    const answer = await questionNext(this.slug, QUICK_KINDS, known && this.state === 'asking' ? [known.id] : []);
    this.open = answer.open;
    this.next = answer.question;
  }

  private failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    this.detail = error.message;
    this.state = 'failed';
  }

  /** Sends an answer and goes on. False when the question stays because it could not be sent. */
  async answer(payload: unknown): Promise<boolean> {
    const question = this.current;
    if (!question || this.isSending) return false;
    this.isSending = true;
    this.detail = '';
    try {
      const { answer_id } = await questionAnswer(question.id, payload, this.spent_ms() - this.began_ms);
      this.last = { answer_id, question };
      this.answered += 1;
      await this.advance();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 409 && error.status !== 410) {
        this.detail = error.message;
        return false;
      }
      this.lost = error.message;
      await this.advance();
      return true;
    } finally {
      this.isSending = false;
    }
  }

  async skip(): Promise<void> {
    const question = this.current;
    if (!question || this.isSending) return;
    this.isSending = true;
    try {
      await questionSkip(question.id);
      await this.advance();
    } catch (error) {
      this.failed(error);
    } finally {
      this.isSending = false;
    }
  }

  /** Takes the last answer back and asks its question again. */
  async withdraw(): Promise<void> {
    const given = this.last;
    if (!given || this.isSending) return;
    this.isSending = true;
    try {
      await answerWithdraw(given.answer_id);
      this.last = null;
      this.answered -= 1;
      this.next = this.current;
      this.current = given.question;
      this.began_ms = this.spent_ms();
      this.state = 'asking';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.detail = error.message;
    } finally {
      this.isSending = false;
    }
  }
}
