/** Puts template phrases into a text box and walks through their slots with Tab. */
import { slotAt, withPhrase, type Slot } from '../state/phrases';

export class PhraseTyping {
  private box: HTMLTextAreaElement | null = null;
  private slots: readonly Slot[] = [];

  /** `write` is told of every text that a phrase makes. */
  constructor(private readonly write: (text: string) => void) {}

  /** For `{@attach}`. */
  readonly on = (box: HTMLTextAreaElement): (() => void) => {
    this.box = box;
    return () => {
      this.box = null;
    };
  };

  insert(phrase: string): void {
    const { box } = this;
    if (!box) return;
    // While one is still at the slots of a phrase, the next phrase goes behind it and not into it.
    const end = this.slots.at(-1);
    if (end) this.choose(box, end);
    const made = withPhrase(box.value, box.selectionStart, box.selectionEnd, phrase);
    box.value = made.text;
    this.write(made.text);
    this.slots = made.slots;
    box.focus();
    this.nextSlot();
  }

  /** Selects the next slot; false when there is none left, so that Tab does what it always does. */
  nextSlot(): boolean {
    const [slot, ...rest] = this.slots;
    const { box } = this;
    if (!slot || !box) return false;
    this.slots = rest;
    this.choose(box, slot);
    return true;
  }

  private choose(box: HTMLTextAreaElement, slot: Slot): void {
    const { start, end } = slotAt(box.value, slot);
    box.setSelectionRange(start, end);
  }
}
