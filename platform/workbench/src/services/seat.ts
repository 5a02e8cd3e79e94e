/** One tab works on a document at a time: the others look on, say so, and may take over. */
import type { Scope } from './scope';

const CLAIM_WITHIN_MS = 250;
const LEAVES_WITHIN_MS = 2000;
const LEAVE = 'leave';

/** What the seat of a person's work on one annotation is called. */
export function seatName(user_id: number, annotation_id: number): string {
  return `vigil:work:${user_id}:${annotation_id}`;
}

/** Does something while no tab has the seat. False: one has it; null: this browser cannot tell. */
export async function whileFree(name: string, act: () => Promise<void>): Promise<boolean | null> {
  const locks = typeof navigator === 'undefined' ? null : ((navigator.locks as LockManager | undefined) ?? null);
  if (!locks) return null;
  return locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock) await act();
    return lock !== null;
  });
}

export interface SeatEvents {
  /** The seat is free for this tab: the other one closed, or gave it up. */
  readonly onGiven: () => void;
  /** Another tab wants the seat: finish what is under way. The seat is given up afterwards. */
  readonly onAsked: () => Promise<void>;
}

/**
 * Held through a Web Lock, which the browser frees when a tab closes or crashes. Where the browser has none (an address
 * without https that is not this machine) every tab has a seat; the revisions keep what two tabs save apart.
 */
export class Seat {
  private readonly channel: BroadcastChannel | null;
  private giveUp: (() => void) | null = null;
  private queue: AbortController | null = null;

  constructor(
    private readonly scope: Scope,
    private readonly name: string,
    private readonly events: SeatEvents,
  ) {
    this.channel = this.locks ? new BroadcastChannel(name) : null;
    if (!this.channel) return;
    this.channel.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data === LEAVE && this.giveUp) void this.leave();
    };
    scope.own(() => {
      this.channel?.close();
      this.queue?.abort();
      this.giveUp?.();
    });
  }

  private get locks(): LockManager | null {
    return typeof navigator === 'undefined' ? null : (navigator.locks ?? null);
  }

  /** Sits down if the seat is free; otherwise waits for it in the background. */
  async claim(): Promise<boolean> {
    if (!this.locks) return true;
    // The seat of this tab's last task may be on its way to be free.
    const patience = new AbortController();
    this.scope.after(CLAIM_WITHIN_MS, () => { patience.abort(); });
    const isMine = await this.request({ signal: patience.signal });
    if (!isMine) this.waitForIt();
    return isMine;
  }

  /** Asks the other tab for the seat; takes it from one that does not answer. `onGiven` follows. */
  takeOver(): void {
    this.channel?.postMessage(LEAVE);
    this.scope.after(LEAVES_WITHIN_MS, () => {
      if (this.giveUp) return;
      this.queue?.abort();
      void this.request({ steal: true }).then(() => { this.events.onGiven(); });
    });
  }

  private async leave(): Promise<void> {
    await this.events.onAsked();
    this.giveUp?.();
    this.waitForIt();
  }

  private waitForIt(): void {
    this.queue = new AbortController();
    void this.request({ signal: this.queue.signal }).then((isMine) => {
      if (isMine) this.events.onGiven();
    });
  }

  /** Answers once the lock is granted or refused; it is then held until it is given up or taken away. */
  private request(options: LockOptions): Promise<boolean> {
    return new Promise((answer) => {
      const held = this.locks?.request(this.name, options, (lock) => {
        answer(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((release) => {
          this.giveUp = () => {
            this.giveUp = null;
            release();
          };
        });
      });
      held?.catch((error: unknown) => {
        if (!(error instanceof DOMException)) throw error;
        answer(false);
        // Stolen, by a tab that this one was too slow for.
        if (!options.signal?.aborted && this.giveUp) {
          this.giveUp = null;
          void this.events.onAsked().then(() => { this.waitForIt(); });
        }
      });
    });
  }
}
