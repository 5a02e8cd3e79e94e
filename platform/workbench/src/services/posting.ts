/** Sends the letters of an outbox in their order, in the background, until the server has each. */
import { ApiError } from './api';
import type { Letter, Outbox } from './outbox';
import type { Scope } from './scope';

export type PostingTrouble = 'none' | 'offline' | 'signed_out';

export interface PostingOptions {
  readonly scope: Scope;
  readonly outbox: Outbox;
  /** Calls the API; sending the same letter twice must be like sending it once. */
  readonly send: (letter: Letter) => Promise<unknown>;
  readonly onSent?: (letter: Letter, answer: unknown) => void;
  /** The server will never take it (409: somebody else was faster; 422); the person must be told. It is not tried again. */
  readonly onRefused: (letter: Letter, error: ApiError) => void;
  readonly onWaiting?: (count: number, trouble: PostingTrouble) => void;
  readonly retry_ms?: number;
}

const LONGEST_RETRY_MS = 15_000;

export class Posting {
  private round: Promise<void> | null = null;
  private isAskedAgain = false;
  private failures = 0;
  private stopTimer: () => void = () => undefined;

  constructor(private readonly options: PostingOptions) {
    if (typeof window === 'undefined') return;
    options.scope.listen(window, 'online', () => void this.drain());
    options.scope.listen(window, 'focus', () => void this.drain());
  }

  /** Keeps the letter, and answers as soon as it is kept; it is sent behind those that wait. */
  async put(letter: Letter): Promise<void> {
    await this.options.outbox.put(letter);
    void this.drain();
  }

  /** Sends what waits, also what an earlier page left. Call it once when the page opens. Ends at the first trouble. */
  async drain(): Promise<void> {
    this.stopTimer();
    this.isAskedAgain = true;
    this.round ??= this.sendAll().finally(() => {
      this.round = null;
    });
    await this.round;
  }

  private async sendAll(): Promise<void> {
    let trouble: PostingTrouble = 'none';
    while (this.isAskedAgain && trouble === 'none') {
      this.isAskedAgain = false;
      trouble = await this.sendWaiting();
    }
    if (trouble !== 'none') this.tryLater();
  }

  private async sendWaiting(): Promise<PostingTrouble> {
    let trouble: PostingTrouble = 'none';
    let waiting = await this.options.outbox.waiting();
    for (let letter = waiting[0]; letter && trouble === 'none'; letter = waiting[0]) {
      this.options.onWaiting?.(waiting.length, 'none');
      trouble = await this.sent(letter);
      waiting = await this.options.outbox.waiting();
    }
    this.options.onWaiting?.(waiting.length, trouble);
    return trouble;
  }

  private async sent(letter: Letter): Promise<PostingTrouble> {
    try {
      const answer = await this.options.send(letter);
      await this.options.outbox.remove(letter.key);
      this.failures = 0;
      this.options.onSent?.(letter, answer);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isPassing) return 'offline';
      if (error.isSignedOut) return 'signed_out';
      await this.options.outbox.remove(letter.key);
      this.options.onRefused(letter, error);
    }
    return 'none';
  }

  private tryLater(): void {
    this.failures += 1;
    const delay = (this.options.retry_ms ?? 1000) * 2 ** Math.min(this.failures - 1, 10);
    this.stopTimer = this.options.scope.after(Math.min(delay, LONGEST_RETRY_MS), () => void this.drain());
  }
}
