/** What people say about one video to each other: comments, what others marked, verdicts on segments. Loaded beside the work. */
import type { Comment, Review, ReviewVerdict, Said, Workbench, WorkDocument } from '../state/contract';
import { changedKeys, openCount, reviewsByKey, threadsOf, withComment, withoutComment, type Thread } from '../state/talk';
import { ApiError } from './api';
import { commentDraftKeep, commentDraftOf, reasonDraftKeep, reasonDraftOf } from './comment_draft';
import * as calls from './review_api';
import type { Scope } from './scope';

/** What the talk needs of the work it is about. */
export interface TalkPlace {
  /** The newest revision that the server has. */
  readonly revision: () => number;
  /** Whether the document has the segment. */
  readonly has: (segment_key: string) => boolean;
  /** Goes to a moment and, where there is one, to a segment. */
  readonly show: (at_ms: number, segment_key: string | null) => void;
  readonly warn: (text: string) => void;
  /** Saves what is unsaved; true when the server has all. */
  readonly saved: () => Promise<boolean>;
}

const FIX_MS = 1500;

export class Talk {
  comments = $state.raw<readonly Comment[]>([]);
  said = $state.raw<Said | null>(null);
  reviews = $state.raw<ReadonlyMap<string, Review>>(new Map());
  /** Why the last loading failed; empty while all is well. */
  failure = $state('');
  isLoaded = $state(false);
  /** The comment that was last opened from the timeline or by a link. */
  opened = $state<number | null>(null);
  /** Key of the segment whose rejection is being written. */
  rejecting = $state<string | null>(null);
  /** Reasons that were written and not sent, by segment; those of an earlier visit are in the browser. */
  private reasons = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Grows with each wish to write a comment; the box takes the focus then. */
  wishes = $state(0);
  /** What is being written, kept until the server has it. */
  draft = $state('');
  readonly threads = $derived.by((): Thread[] => threadsOf(this.comments));
  readonly openCount = $derived.by(() => openCount(this.comments));
  /** A reviewer looks at somebody else's annotation. */
  readonly isReview: boolean;
  private readonly fixed = new Set<string>();
  private seen: WorkDocument;
  /** Keys of the comments that were sent and not yet acknowledged, by their words. */
  private readonly unsent = new Map<string, string>();
  private stopFix: () => void = () => undefined;

  constructor(
    readonly bench: Workbench,
    private readonly scope: Scope,
    private readonly place: TalkPlace,
  ) {
    const { author, document } = bench.annotation;
    this.seen = document;
    this.draft = commentDraftOf(bench.me.id, bench.video.id);
    this.isReview = author !== null && author.id !== bench.me.id && bench.annotation.id !== 0;
  }

  /** Loads everything, and again whenever the person comes back to the page; opens the comment that a link names. */
  begin(comment_id: number | null): void {
    void this.load().then(() => {
      if (comment_id !== null) this.open(comment_id);
    });
    this.scope.listen(window, 'focus', () => void this.load());
  }

  async load(): Promise<void> {
    const { video, annotation } = this.bench;
    try {
      const [comments, said, reviews] = await Promise.all([
        calls.commentsOf(video.id),
        calls.saidOf(video.id),
        annotation.id === 0 ? [] : calls.reviewsOf(annotation.id),
      ]);
      this.comments = comments;
      // What is reviewed is on its own lane already.
      this.said = { ...said, others: said.others.filter((one) => one.annotation_id !== annotation.id) };
      this.reviews = reviewsByKey(reviews);
      this.failure = '';
      this.isLoaded = true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failure = error.message;
    }
  }

  /** Opens a comment: goes to its moment and shows it in its panel. */
  open(id: number): void {
    const comment = this.comments.find((one) => one.id === id);
    if (!comment) return;
    this.opened = comment.parent_id ?? comment.id;
    this.place.show(comment.at_ms, comment.segment_key);
  }

  /** True when the server has the comment; otherwise the words stay where they were written. */
  async add(comment: Omit<calls.NewComment, 'key'>): Promise<boolean> {
    return this.done(async () => {
      // Tried again after an answer got lost, it is still the same comment to the server.
      const words = `${comment.parent_id ?? 0}:${comment.text}`;
      const key = this.unsent.get(words) ?? crypto.randomUUID();
      this.unsent.set(words, key);
      const made = await calls.commentAdd(this.bench.video.id, { ...comment, key });
      this.unsent.delete(words);
      this.comments = withComment(this.comments, made);
      const parent = this.comments.find((one) => one.id === made.parent_id);
      if (parent) this.comments = withComment(this.comments, { ...parent, resolved_at: null, resolved_by: null });
      this.opened = made.parent_id ?? made.id;
    });
  }

  /** Keeps what is being written also when the page goes. */
  keepDraft(): void {
    commentDraftKeep(this.bench.me.id, this.bench.video.id, this.draft);
  }

  reasonOf(segment_key: string): string {
    return this.reasons.get(segment_key) ?? reasonDraftOf(this.bench.me.id, this.bench.annotation.id, segment_key);
  }

  /** Keeps why a segment is to be sent back, while it is being written. */
  keepReason(segment_key: string, reason: string): void {
    this.reasons = new Map(this.reasons).set(segment_key, reason);
    reasonDraftKeep(this.bench.me.id, this.bench.annotation.id, segment_key, reason);
  }

  async resolve(id: number, is_resolved: boolean): Promise<boolean> {
    return this.done(async () => {
      this.comments = withComment(this.comments, await calls.commentResolve(id, is_resolved));
    });
  }

  async remove(id: number): Promise<boolean> {
    return this.done(async () => {
      await calls.commentRemove(id);
      this.comments = withoutComment(this.comments, id);
    });
  }

  /** The verdict on a segment, of the work as it is now. */
  async review(segment_key: string, verdict: ReviewVerdict, comment = ''): Promise<boolean> {
    return this.done(async () => {
      if (!(await this.place.saved())) return;
      this.fixed.delete(segment_key);
      await this.reviewed(segment_key, verdict, comment);
    });
  }

  private async reviewed(segment_key: string, verdict: ReviewVerdict, comment: string): Promise<void> {
    const body = { segment_key, verdict, comment, revision: this.place.revision() };
    const made = await calls.segmentReview(this.bench.annotation.id, body);
    this.reviews = new Map(this.reviews).set(segment_key, made);
  }

  /** Ends the review; the address of the next one, null when nothing waits. Throws what the server refused. */
  async end(): Promise<string | null> {
    await this.fixesSend();
    const ended = await calls.reviewEnd(this.bench.annotation.id, this.place.revision());
    return ended.next?.url ?? null;
  }

  write(): void {
    this.wishes += 1;
  }

  /** The document became another one without an edit of this person: a merge, work brought back. */
  saw(document: WorkDocument): void {
    this.seen = document;
  }

  /** What the reviewer changed: once it is saved, these segments are fixed by their hand. */
  edited(document: WorkDocument): void {
    const keys = changedKeys(this.seen, document);
    this.seen = document;
    if (!this.isReview || keys.length === 0) return;
    for (const key of keys) this.fixed.add(key);
    this.stopFix();
    this.stopFix = this.scope.after(FIX_MS, () => void this.done(() => this.fixesSend()));
  }

  private async fixesSend(): Promise<void> {
    this.stopFix();
    if (this.fixed.size === 0 || !(await this.place.saved())) return;
    for (const key of [...this.fixed]) {
      this.fixed.delete(key);
      if (this.place.has(key)) await this.reviewed(key, 'fixed', '');
    }
  }

  private async done(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.place.warn(error.message);
      return false;
    }
  }
}
