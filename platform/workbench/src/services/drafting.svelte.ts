/** Asks the current model for words and waits for them. What is there stays until the person takes the new text. */
import type { Draft, DraftAsked } from '../state/contract';
import { ApiError, draftAsk, draftCancel, draftOf } from './api';
import type { Scope } from './scope';

const FIRST_LOOK_MS = 300;
const SLOWEST_LOOK_MS = 2000;
const SLOW_AFTER_MS = 12_000;

export type Proposal =
  | { readonly is: 'waiting'; readonly id: number | null; readonly isSlow: boolean; readonly isOffline: boolean }
  | { readonly is: 'failed'; readonly detail: string }
  | { readonly is: 'ready'; readonly draft: Draft };

export class Drafting {
  /** By place: `explanationPlace` or `answerPlace`. */
  private proposals = $state.raw<ReadonlyMap<string, Proposal>>(new Map());
  private readonly asked = new Map<string, DraftAsked>();

  constructor(
    private readonly scope: Scope,
    private readonly video_id: number,
  ) {}

  at(place: string): Proposal | null {
    return this.proposals.get(place) ?? null;
  }

  /** Asks again where it was asked before; a second call while one waits does nothing. */
  ask(place: string, what: DraftAsked): void {
    if (this.at(place)?.is === 'waiting') return;
    this.asked.set(place, what);
    this.put(place, { is: 'waiting', id: null, isSlow: false, isOffline: false });
    void this.start(place, what);
  }

  retry(place: string): void {
    const what = this.asked.get(place);
    if (what) this.ask(place, what);
  }

  /** The proposal goes, whether it is taken, not wanted or no longer waited for. */
  drop(place: string): void {
    const proposal = this.at(place);
    this.put(place, null);
    // Nobody waits for it any more: the worker need not write it. If the call gets lost it does no harm.
    if (proposal?.is === 'waiting' && proposal.id !== null) draftCancel(proposal.id).catch(() => undefined);
  }

  private async start(place: string, what: DraftAsked): Promise<void> {
    try {
      const draft = await draftAsk(this.video_id, what);
      if (this.at(place)?.is !== 'waiting') draftCancel(draft.id).catch(() => undefined);
      else this.came(place, draft, performance.now(), FIRST_LOOK_MS);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.put(place, { is: 'failed', detail: error.message });
    }
  }

  private came(place: string, draft: Draft, since_ms: number, delay_ms: number, isOffline = false): void {
    if (draft.state === 'succeeded') this.put(place, { is: 'ready', draft });
    else if (draft.state === 'failed') this.put(place, { is: 'failed', detail: draft.error });
    else if (draft.state === 'cancelled') this.put(place, null);
    else {
      const isSlow = performance.now() - since_ms > SLOW_AFTER_MS;
      this.put(place, { is: 'waiting', id: draft.id, isSlow, isOffline });
      this.scope.after(delay_ms, () => void this.look(place, draft, since_ms, Math.min(1.5 * delay_ms, SLOWEST_LOOK_MS)));
    }
  }

  private async look(place: string, before: Draft, since_ms: number, delay_ms: number): Promise<void> {
    const isWaitedFor = () => {
      const proposal = this.at(place);
      return proposal?.is === 'waiting' && proposal.id === before.id;
    };
    if (!isWaitedFor()) return;
    try {
      const draft = await draftOf(before.id);
      if (isWaitedFor()) this.came(place, draft, since_ms, delay_ms);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!isWaitedFor()) return;
      if (error.isPassing) this.came(place, before, since_ms, SLOWEST_LOOK_MS, true);
      else this.put(place, { is: 'failed', detail: error.message });
    }
  }

  private put(place: string, proposal: Proposal | null): void {
    const next = new Map(this.proposals);
    if (proposal) next.set(place, proposal);
    else next.delete(place);
    this.proposals = next;
  }
}

interface Drafted {
  readonly id: string;
  readonly source: { readonly id: number } | null;
}

/** The same for a suggestion and for the segment that it becomes when it is touched. */
export function explanationPlace(row: Drafted): string {
  return row.source ? `source:${row.source.id}` : row.id;
}

export function answerPlace(row: Drafted, question: string): string {
  return `${explanationPlace(row)}?${question.trim()}`;
}
