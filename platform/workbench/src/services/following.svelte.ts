/** Keeps the playhead in view while it plays: the view rests, and glides one page on when the playhead nears its border. */
import { followingView, holds, spanOf, viewBetween, type View } from '../geometry/view';
import type { Scope } from './scope';

const GLIDE_MS = 320;
/** A view that is played through faster than this turns its page at once: there is no time to glide. */
const GLIDES_FROM_MS = 1500;

export interface Followed {
  readonly view: () => View;
  readonly setView: (view: View) => void;
  readonly duration_ms: () => number;
  /** Speed of the film, negative when it runs backwards. */
  readonly rate: () => number;
  readonly isCalm: () => boolean;
}

export class Following {
  private isAttached = true;
  private lastSet: View | null = null;
  private stopGlide: (() => void) | null = null;

  constructor(
    private readonly scope: Scope,
    private readonly followed: Followed,
  ) {}

  /** Playing begins: wherever one looked before, one looks at the playhead now. */
  begin(): void {
    this.isAttached = true;
    this.lastSet = this.followed.view();
  }

  end(): void {
    this.stopGlide?.();
    this.stopGlide = null;
  }

  /** The playhead is at a time. A person who looks elsewhere meanwhile is left there until the playhead comes by. */
  at(time_ms: number): void {
    const view = this.followed.view();
    if (view !== this.lastSet) {
      this.end();
      this.lastSet = view;
      this.isAttached = holds(view, time_ms);
    }
    if (this.stopGlide) return;
    this.isAttached ||= holds(view, time_ms);
    if (!this.isAttached) return;
    const rate = this.followed.rate();
    const next = followingView(view, time_ms, rate < 0 ? -1 : 1, this.followed.duration_ms());
    if (next === view) return;
    if (this.followed.isCalm() || spanOf(view) / Math.max(Math.abs(rate), 0.1) < GLIDES_FROM_MS) this.set(next);
    else this.glide(view, next);
  }

  private set(view: View): void {
    this.lastSet = view;
    this.followed.setView(view);
  }

  private glide(from: View, to: View): void {
    let began: number | null = null;
    this.stopGlide = this.scope.everyFrame((now) => {
      if (this.followed.view() !== this.lastSet) {
        this.end(); // the person took over
        return;
      }
      began ??= now;
      const share = Math.min(1, (now - began) / GLIDE_MS);
      this.set(share === 1 ? to : viewBetween(from, to, share));
      if (share === 1) this.end();
    });
  }
}
