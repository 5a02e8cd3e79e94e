/** A segment's dialogue as what it is: questions, each with its answer. */
import type { Segment, Turn } from './contract';

export interface Pair {
  readonly question: string;
  readonly answer: string;
}

/** As many as the server takes. */
export const MOST_PAIRS = 20;
export const LONGEST_TEXT = 5000;

export function pairsOf(segment: Pick<Segment, 'dialogue'>): Pair[] {
  const turns = segment.dialogue ?? [];
  const pairs: Pair[] = [];
  for (let at = 0; at + 1 < turns.length; at += 2) pairs.push({ question: turns[at]?.text ?? '', answer: turns[at + 1]?.text ?? '' });
  return pairs;
}

export function turnsOf(pairs: readonly Pair[]): Turn[] {
  return pairs.flatMap((pair): Turn[] => [
    { role: 'user', text: pair.question },
    { role: 'assistant', text: pair.answer },
  ]);
}

/** Whether a pair counts: training takes no question without an answer. */
export function isAnswered(pair: Pair): boolean {
  return pair.question.trim() !== '' && pair.answer.trim() !== '';
}

/** Two dialogues about one event as one; to the same question the later answer stands. */
export function joinedPairs(earlier: readonly Pair[], later: readonly Pair[]): Pair[] {
  const answers = new Map(later.map((pair) => [pair.question.trim(), pair]));
  const kept = earlier.map((pair) => answers.get(pair.question.trim()) ?? pair);
  const known = new Set(earlier.map((pair) => pair.question.trim()));
  return [...kept, ...later.filter((pair) => !known.has(pair.question.trim()))];
}

/** Of the questions worth asking, those that are not in the dialogue yet. */
export function notYetAsked(suggested: readonly string[], pairs: readonly Pair[]): string[] {
  const asked = new Set(pairs.map((pair) => pair.question.trim()));
  return suggested.filter((question) => !asked.has(question));
}

/** A text cut to what the server takes, and whether something was cut off. */
export function fitted(text: string): { readonly text: string; readonly isCut: boolean } {
  return text.length <= LONGEST_TEXT ? { text, isCut: false } : { text: text.slice(0, LONGEST_TEXT), isCut: true };
}
