/**
 * What one person did that the server does not have yet, kept in this browser through a lost network, an expired login, a
 * closed tab and a restarted server. Everything is kept under the person's id: nobody else is shown it or sends it.
 */
import type { Steps } from '../state/history';
import type { Collision } from '../state/merge';
import { isSameSegment, type DocumentPatch } from '../state/patch';
import { shelfOpen, type Shelf, type ShelfKey } from './shelf';

/** Something that the server takes once, however often it is sent. `key` is made by `crypto.randomUUID()` when it is written. */
export type Letter =
  | { readonly kind: 'answer'; readonly key: string; readonly question_id: number; readonly payload: unknown; readonly spent_ms: number }
  | { readonly kind: 'withdraw' | 'skip'; readonly key: string; readonly question_id: number };

/** Unsaved changes of an annotation: what was changed since the revision that they build on. */
export interface Draft {
  readonly revision: number;
  readonly patch: DocumentPatch;
  /** An earlier state of these changes that was sent, with no answer yet: the server may have it. */
  readonly sent?: DocumentPatch | null;
  readonly kept_at: string;
  /** Where the work is shown. */
  readonly video?: { readonly id: number; readonly name: string };
}

/** A draft, and the page that kept it. */
export interface KeptDraft {
  readonly page: string;
  readonly draft: Draft;
}

/** Whether the server's version of a segment is what this very draft had sent before. */
export function isOwn({ key, theirs }: Collision, { sent }: Draft): boolean {
  return sent?.segments.some((change) => change.key === key && isSameSegment(change.after, theirs)) ?? false;
}

/** What can be undone in an annotation whose saved revision is `revision`. */
export interface KeptSteps extends Steps {
  readonly revision: number;
}

function hasFields(value: unknown, ...names: string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => name in value);
}

export class Outbox {
  private lettersPut = 0;

  constructor(
    readonly user_id: number,
    private readonly shelf: Shelf,
    private readonly now_ms: () => number = Date.now,
  ) {}

  /** False: the browser keeps nothing, so what is unsent ends with the page. */
  get isLasting(): boolean {
    return this.shelf.isLasting;
  }

  /** Keeps a letter behind those that wait already. */
  async put(letter: Letter): Promise<void> {
    this.lettersPut += 1;
    await this.shelf.put(['letter', this.user_id, this.now_ms(), this.lettersPut, letter.key], letter);
  }

  /** What waits to be sent, oldest first. */
  async waiting(): Promise<Letter[]> {
    const found = await this.shelf.under(['letter', this.user_id]);
    return found.map(({ value }) => value).filter((value): value is Letter => hasFields(value, 'kind', 'key'));
  }

  /** Sent, or taken back before it was. True when it was still waiting. */
  async remove(key: string): Promise<boolean> {
    const found = (await this.shelf.under(['letter', this.user_id])).filter((one) => one.key.at(-1) === key);
    for (const one of found) await this.shelf.remove(one.key);
    return found.length > 0;
  }

  private draftKey(annotation_id: number, page: string): ShelfKey {
    return ['draft', this.user_id, annotation_id, page];
  }

  /** Keeps a page's unsaved changes in place of those it kept before. */
  async draftKeep(annotation_id: number, page: string, draft: Draft): Promise<void> {
    await this.shelf.put(this.draftKey(annotation_id, page), draft);
  }

  async draftForget(annotation_id: number, page: string): Promise<void> {
    await this.shelf.remove(this.draftKey(annotation_id, page));
  }

  /** The unsaved changes that any page of this browser has left, oldest first. */
  async drafts(annotation_id: number): Promise<KeptDraft[]> {
    return (await this.draftsByAnnotation(annotation_id)).get(annotation_id) ?? [];
  }

  /** All unsaved changes of this person, or those of one annotation, each annotation's oldest first. */
  async draftsByAnnotation(...annotation_id: readonly number[]): Promise<ReadonlyMap<number, KeptDraft[]>> {
    const byAnnotation = new Map<number, KeptDraft[]>();
    for (const { key, value } of await this.shelf.under(['draft', this.user_id, ...annotation_id])) {
      if (!hasFields(value, 'revision', 'patch', 'kept_at')) continue;
      const kept = { page: String(key.at(-1)), draft: value as Draft };
      byAnnotation.set(Number(key[2]), [...(byAnnotation.get(Number(key[2])) ?? []), kept]);
    }
    for (const kept of byAnnotation.values()) kept.sort((a, b) => a.draft.kept_at.localeCompare(b.draft.kept_at));
    return byAnnotation;
  }

  async stepsKeep(annotation_id: number, steps: KeptSteps): Promise<void> {
    await this.shelf.put(['steps', this.user_id, annotation_id], steps);
  }

  async steps(annotation_id: number): Promise<KeptSteps | null> {
    const [found] = await this.shelf.under(['steps', this.user_id, annotation_id]);
    return hasFields(found?.value, 'revision', 'past', 'future') ? (found?.value as KeptSteps) : null;
  }
}

let opened: Promise<Shelf> | null = null;

/** The outbox of the person for whom this page was made. One database for all people, told apart by id. */
export async function outboxOpen(user_id: number): Promise<Outbox> {
  opened ??= shelfOpen();
  return new Outbox(user_id, await opened);
}
