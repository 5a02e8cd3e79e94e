/** Helps to write: drafts from the current model, template phrases, and texts that are too long to be saved whole. */
import { takeAnswer, takeDraft } from '../actions/dialogue';
import { t } from '../language/text';
import { LONGEST_TEXT, pairsOf } from '../state/dialogue';
import type { Row } from '../state/work';
import { answerPlace, Drafting, explanationPlace } from './drafting.svelte';
import { Phrasebooks } from './phrasebook.svelte';
import type { Scope } from './scope';
import type { WorkSession } from './work_session.svelte';

export class Writing {
  readonly drafting: Drafting;
  readonly phrasebooks: Phrasebooks;
  /** Which answer of the selected segment's dialogue is being written. */
  answering = $state<number | null>(null);
  /** How often the dialogue panel was called for by key: it then takes the focus. */
  dialogueCalls = $state(0);

  constructor(
    private readonly session: WorkSession,
    scope: Scope,
  ) {
    this.drafting = new Drafting(scope, session.bench.video.id);
    this.phrasebooks = new Phrasebooks(session.bench.project.slug);
  }

  openDialogue(): void {
    this.session.panel = 'dialogue';
    this.dialogueCalls += 1;
  }

  /** Where a draft for what is being written is: the answer that has the focus, else the selected segment's sentence. */
  placeOf(row: Row, at = this.answering): string {
    const pair = at === null ? undefined : pairsOf(row)[at];
    return pair ? answerPlace(row, pair.question) : explanationPlace(row);
  }

  /** Asks the model for what is being written. */
  redraft(row: Row | null = this.session.selectedRow, at = this.answering): void {
    if (!row) {
      this.session.tell(t('notice.select_first'));
      return;
    }
    const question = at === null ? '' : (pairsOf(row)[at]?.question ?? '').trim();
    if (at !== null && question === '') {
      this.session.tell(t('dialogue.write_question_first'), 'warning');
      return;
    }
    const { start_ms, end_ms, label } = row;
    const kind = question === '' ? 'explanation' : 'answer';
    this.drafting.ask(this.placeOf(row, at), { kind, start_ms, end_ms, label, question });
  }

  /** Takes what the model wrote for what is being written. */
  take(row: Row | null = this.session.selectedRow, at = this.answering): void {
    const place = row ? this.placeOf(row, at) : '';
    const proposal = this.drafting.at(place);
    if (!row || proposal?.is !== 'ready') {
      this.session.tell(t('draft.none_ready'));
      return;
    }
    const target = this.session.target(row.id);
    const isEditing = this.session.editing === row.id;
    if (at === null) this.session.dispatch(takeDraft(target, proposal.draft));
    else this.session.dispatch(takeAnswer(target, at, proposal.draft.text));
    if (isEditing) this.session.editing = target.new_key;
    this.drafting.drop(place);
  }

  private overlongKey(place: string): string {
    return `vigil:overlong:${this.session.bench.annotation.id}:${place}`;
  }

  /** The text as it was typed: longer than what is saved, if the saved part is still its beginning. */
  wholeText(place: string, saved: string): string {
    const whole = saved.length === LONGEST_TEXT ? sessionStorage.getItem(this.overlongKey(place)) : null;
    return whole?.startsWith(saved) ? whole : saved;
  }

  /** Keeps what is too long to be saved, so that shortening it does not begin with a loss. */
  keepWhole(place: string, text: string): void {
    if (text.length > LONGEST_TEXT) sessionStorage.setItem(this.overlongKey(place), text);
    else sessionStorage.removeItem(this.overlongKey(place));
  }
}
