/** Phrases with slots: "{A man} pushes {another man}." The words in braces are chosen one after the other, to be replaced. */

/** A slot as distances from the text's end: what is typed before it leaves it where it is. */
export interface Slot {
  readonly fromEnd: number;
  readonly toEnd: number;
}

export interface Inserted {
  readonly text: string;
  /** In order; the last one is empty and lies where the phrase ends. */
  readonly slots: readonly Slot[];
}

const SLOT = /\{([^{}]+)\}/g;

/** The phrase as it reads when nobody replaces anything. */
export function plainPhrase(phrase: string): string {
  return phrase.replace(SLOT, '$1');
}

function needsSpace(before: string): boolean {
  // Chinese and Japanese sentences follow each other without one.
  return before !== '' && !/[\s\u3000-\u9fff\uff00-\uffef]$/.test(before);
}

/** The text with the phrase in place of the selection, and the slots to walk through. */
export function withPhrase(text: string, start: number, end: number, phrase: string): Inserted {
  const [before, after] = [text.slice(0, start), text.slice(end)];
  const glue = needsSpace(before) ? ' ' : '';
  const tail = after !== '' && !/^\s/.test(after) && !/[\u3000-\u9fff\uff00-\uffef]$/.test(phrase) ? ' ' : '';
  const inserted = glue + plainPhrase(phrase) + tail;
  const whole = before + inserted + after;
  const slots: Slot[] = [];
  let braces = 0;
  for (const found of phrase.matchAll(SLOT)) {
    const from = before.length + glue.length + found.index - braces;
    const to = from + (found[1]?.length ?? 0);
    braces += 2;
    slots.push({ fromEnd: whole.length - from, toEnd: whole.length - to });
  }
  // Behind the last slot comes the end of the phrase: from there one writes on.
  const caret = before.length + inserted.length;
  return { text: whole, slots: [...slots, { fromEnd: whole.length - caret, toEnd: whole.length - caret }] };
}

/** Where a slot lies in the text as it is now. */
export function slotAt(text: string, slot: Slot): { readonly start: number; readonly end: number } {
  return { start: Math.max(0, text.length - slot.fromEnd), end: Math.max(0, text.length - slot.toEnd) };
}
