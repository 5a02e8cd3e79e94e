/** Which words of a sentence were taken out and put in. */

export interface DiffPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

function words(text: string): string[] {
  // Chinese has no spaces: each of its characters counts as a word.
  return text.match(/[\u3400-\u9fff]|[^\s\u3400-\u9fff]+\s*|\s+/gu) ?? [];
}

function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const [row, below] = [table[i], table[i + 1]];
    if (!row || !below) continue;
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const isSame = before[i]?.trimEnd() === after[j]?.trimEnd();
      row[j] = isSame ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

/** The parts of both texts in reading order; neighbouring parts of one kind are joined. */
export function wordDiff(before: string, after: string): DiffPart[] {
  const [left, right] = [words(before), words(after)];
  const table = commonLengths(left, right);
  const parts: { kind: DiffPart['kind']; text: string }[] = [];
  const put = (kind: DiffPart['kind'], text: string) => {
    const last = parts.at(-1);
    if (last?.kind === kind) last.text += text;
    else parts.push({ kind, text });
  };
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [from, to] = [left[i], right[j]];
    if (from !== undefined && to !== undefined && from.trimEnd() === to.trimEnd()) {
      put('same', to);
      i += 1;
      j += 1;
    } else if (from !== undefined && (to === undefined || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      put('removed', from);
      i += 1;
    } else if (to !== undefined) {
      put('added', to);
      j += 1;
    }
  }
  return parts;
}
