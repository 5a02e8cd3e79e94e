/** A round of quick questions: one is shown, the next ones wait loaded, answers travel in the background, and each can be taken back. */
import type { Question, QuestionKind } from '../state/contract';
import { ApiError, questionAnswer, questionNext, questionSkip, questionWithdraw } from './api';
import type { Letter, Outbox } from './outbox';
import { Posting, type PostingTrouble } from './posting';
import type { Scope } from './scope';

/** asking; or none is here: being fetched, all answered, not fetched for a reason that passes, or for one that does not. */
export type RoundState = 'loading' | 'asking' | 'done' | 'offline' | 'failed';

/** Questions that are loaded beyond the one that is shown. */
const AHEAD = 2;
const LONGEST_RETRY_MS = 15_000;

/** How many answers the server would not take, and what it said to the last one. */
export interface Refusals {
  readonly count: number;
  readonly detail: string;
}

interface Given {
  readonly key: string;
  readonly question: Question;
  readonly payload: unknown;
  readonly isSkip: boolean;
}

export interface RoundOptions {
  readonly scope: Scope;
  readonly slug: string;
  readonly outbox: Outbox;
  readonly spent_ms: () => number;
  readonly retry_ms?: number;
}

function sent(letter: Letter): Promise<unknown> {
  switch (letter.kind) {
    case 'answer':
      return questionAnswer(letter.question_id, letter.payload, letter.spent_ms);
    case 'withdraw':
      return questionWithdraw(letter.question_id);
    case 'skip':
      return questionSkip(letter.question_id);
  }
}

export class QuestionRound {
  state = $state<RoundState>('loading');
  current = $state.raw<Question | null>(null);
  ahead = $state.raw<readonly Question[]>([]);
  open = $state(0);
  answered = $state(0);
  /** Why no question is here. */
  detail = $state('');
  /** Answers that could not be kept, and questions that went away unanswered: told until the person has put it away. */
  refusals = $state.raw<Refusals>({ count: 0, detail: '' });
  taken = $state(0);
  /** What is kept here and has not arrived yet, and why. */
  unsent = $state(0);
  trouble = $state<PostingTrouble>('none');
  private readonly posting: Posting;
  private kinds: readonly QuestionKind[] = [];
  private given = $state.raw<readonly Given[]>([]);
  /** Questions by the letter that answers or skips them, as long as the server may not know of it. */
  private readonly passed = new Map<string, number>();
  private keeping: Promise<void> = Promise.resolve();
  private fetching: Promise<void> | null = null;
  private began_ms = 0;
  private failures = 0;
  private stopTimer: () => void = () => undefined;

  constructor(private readonly options: RoundOptions) {
    const { scope, outbox, retry_ms } = options;
    this.posting = new Posting({
      scope,
      outbox,
      send: sent,
      onSent: (letter) => { this.passed.delete(letter.key); },
      onRefused: (letter, error) => { this.refused(letter, error); },
      onWaiting: (count, trouble) => {
        this.unsent = count;
        this.trouble = trouble;
      },
      ...(retry_ms === undefined ? {} : { retry_ms }),
    });
  }

  get canWithdraw(): boolean {
    return this.given.length > 0;
  }

  /** Everything that is held here: shown, or loaded. */
  get held(): readonly Question[] {
    return this.current ? [this.current, ...this.ahead] : this.ahead;
  }

  /** Begins a round of some kinds. What was answered before can still be taken back. */
  async start(kinds: readonly QuestionKind[]): Promise<void> {
    this.kinds = kinds;
    this.ahead = this.held.filter((question) => kinds.includes(question.kind));
    this.current = null;
    this.state = 'loading';
    for (const letter of await this.options.outbox.waiting()) {
      if (letter.kind === 'answer' || letter.kind === 'skip') this.passed.set(letter.key, letter.question_id);
    }
    this.retry();
    await this.fill();
  }

  /** Fetches until enough questions wait here. */
  private fill(): Promise<void> {
    this.stopTimer();
    this.fetching ??= this.fetchAll().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  private async fetchAll(): Promise<void> {
    try {
      while (!this.current || this.ahead.length < AHEAD) {
        if (!this.current && this.ahead.length > 0) this.show(this.ahead[0] ?? null);
        else if (!(await this.fetchOne())) break;
      }
      this.failures = 0;
      if (!this.current) this.state = 'done';
    } catch (error) {
      this.failed(error);
    }
  }

  private async fetchOne(): Promise<boolean> {
    const { kinds } = this;
    const unknown = [...this.passed.values()];
    const known = this.held.map((question) => question.id);
    const { question, open } = await questionNext(this.options.slug, kinds, [...known, ...unknown]);
    if (kinds !== this.kinds) return true; // chosen anew meanwhile
    this.open = Math.max(0, open - unknown.length);
    if (question && !this.held.some((one) => one.id === question.id) && ![...this.passed.values()].includes(question.id)) this.ahead = [...this.ahead, question];
    return question !== null;
  }

  private failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    this.failures += 1;
    if (error.isPassing) {
      const delay = (this.options.retry_ms ?? 1000) * 2 ** Math.min(this.failures - 1, 10);
      this.stopTimer = this.options.scope.after(Math.min(delay, LONGEST_RETRY_MS), () => void this.fill());
    }
    if (this.current) return; // told once the last one that is here is answered
    this.detail = error.message;
    this.state = error.isPassing ? 'offline' : 'failed';
  }

  /** The network is back, or the person asks. */
  retry(): void {
    void this.posting.drain();
    void this.fill();
  }

  private show(question: Question | null): void {
    this.current = question;
    this.ahead = this.ahead.filter((one) => one.id !== question?.id);
    this.began_ms = this.options.spent_ms();
    if (question) this.state = 'asking';
  }

  /** Shows the next question at once: it is here already unless the network was slower than the person. */
  private advance(): void {
    this.show(this.ahead[0] ?? null);
    if (!this.current && this.state === 'asking') this.state = 'loading';
    void this.fill();
  }

  answer(payload: unknown): void {
    const question = this.current;
    if (!question) return;
    const key = crypto.randomUUID();
    const spent_ms = Math.round(this.options.spent_ms() - this.began_ms);
    this.given = [...this.given, { key, question, payload, isSkip: false }];
    this.pass({ kind: 'answer', key, question_id: question.id, payload, spent_ms });
    this.answered += 1;
  }

  /** Letters are kept one after the other, as they were given: an answer after the taking back of the one before it. */
  private inOrder(act: () => Promise<void>): void {
    this.unsent += 1; // until the posting has counted
    this.keeping = this.keeping.then(act);
  }

  skip(): void {
    const question = this.current;
    if (!question) return;
    const key = crypto.randomUUID();
    this.given = [...this.given, { key, question, payload: null, isSkip: true }];
    this.pass({ kind: 'skip', key, question_id: question.id });
  }

  private pass(letter: Letter & { readonly question_id: number }): void {
    this.passed.set(letter.key, letter.question_id);
    this.inOrder(() => this.posting.put(letter));
    this.open = Math.max(0, this.open - 1);
    this.advance();
  }

  /** Takes the last answer or skip back and asks its question again; answers with what was said. */
  withdraw(): unknown {
    const last = this.given.at(-1);
    if (!last) return null;
    this.given = this.given.slice(0, -1);
    this.passed.delete(last.key);
    this.inOrder(() => this.takeBack(last));
    this.ahead = this.held;
    this.show(last.question);
    if (!last.isSkip) this.answered -= 1;
    this.open += 1;
    return last.payload;
  }

  private async takeBack(given: Given): Promise<void> {
    await this.options.outbox.remove(given.key);
    // It may be on its way at this moment, so the server is told in any case; without an answer there this does nothing.
    await this.posting.put({ kind: 'withdraw', key: crypto.randomUUID(), question_id: given.question.id });
  }

  /** Somebody else has these questions now. */
  gone(question_ids: readonly number[]): void {
    this.ahead = this.ahead.filter((question) => !question_ids.includes(question.id));
    if (!this.current || !question_ids.includes(this.current.id)) return;
    this.taken += 1;
    this.advance();
  }

  /** The person has read what was not kept. */
  putAway(): void {
    this.taken = 0;
    this.refusals = { count: 0, detail: '' };
  }

  private refused(letter: Letter, error: ApiError): void {
    this.passed.delete(letter.key);
    if (letter.kind === 'answer') this.refusals = { count: this.refusals.count + 1, detail: error.message };
    if (!this.given.some((given) => given.key === letter.key)) return;
    this.given = this.given.filter((given) => given.key !== letter.key);
    if (letter.kind === 'answer') this.answered = Math.max(0, this.answered - 1);
  }
}
