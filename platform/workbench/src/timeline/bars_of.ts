/** Turns what people and the model said into bars and marks, in the colours of their labels. */
import type { Click, Comment, Label, Said, SaidVerdict } from '../state/contract';
import type { Row } from '../state/work';
import type { Mark, TimelineBar } from './scene';

export interface BarContext {
  readonly label: (name: string) => Pick<Label, 'title' | 'color'>;
  readonly selected: string | null;
  readonly marked: ReadonlySet<string>;
}

export function ownBars(rows: readonly Row[], context: BarContext): TimelineBar[] {
  return rows.map((row) => {
    const { title, color } = context.label(row.label);
    return {
      id: row.id,
      lane: row.outcome === null ? 'model' : 'you',
      start_ms: row.start_ms,
      end_ms: row.end_ms,
      color,
      title,
      outcome: row.outcome,
      confidence: row.source?.confidence ?? null,
      isSelected: row.id === context.selected,
      isMarked: context.marked.has(row.id),
    };
  });
}

/** What others drew, each bar with the name of its author; what they rejected is left out. */
export function othersBars(said: Said | null, label: BarContext['label']): TimelineBar[] {
  return (said?.others ?? []).flatMap(({ user, segments }) =>
    segments
      .filter((segment) => segment.outcome !== 'rejected')
      .map((segment) => {
        const { title, color } = label(segment.label);
        const { start_ms, end_ms, outcome } = segment;
        const id = `others:${user.id}:${segment.key}`;
        return { id, lane: 'others' as const, start_ms, end_ms, color, title: `${user.name}: ${title}`, outcome, confidence: null, isSelected: false, isMarked: false };
      }),
  );
}

function toneOf(verdict: string): Mark['tone'] {
  return verdict === 'yes' || verdict === 'no' ? verdict : 'unsure';
}

/** Taps, verdicts, and remarks that nobody has resolved yet. */
export function marksOf(said: Said | null, comments: readonly Comment[]): Mark[] {
  const taps = (said?.clicks ?? []).map((click: Click): Mark => ({ start_ms: click.at_ms, end_ms: click.at_ms, tone: 'tap', isMine: click.is_mine, comment_id: null }));
  const verdicts = (said?.verdicts ?? []).map((one: SaidVerdict): Mark => ({ start_ms: one.start_ms, end_ms: one.end_ms, tone: toneOf(one.verdict), isMine: one.is_mine, comment_id: null }));
  const pins = comments
    .filter((comment) => comment.parent_id === null && comment.resolved_at === null && !comment.is_removed)
    .map((comment): Mark => ({ start_ms: comment.at_ms, end_ms: comment.at_ms, tone: 'comment', isMine: false, comment_id: comment.id }));
  return [...verdicts, ...taps, ...pins];
}
