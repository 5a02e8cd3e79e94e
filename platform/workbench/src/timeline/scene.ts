/** Everything that one picture of the timeline is drawn from. */
import { RangeExtremes } from '../geometry/curves';
import type { Interval } from '../geometry/coverage';
import type { BarLayout } from '../geometry/bar_layout';
import type { Bar, LaneName, ShownLanes } from '../geometry/lanes';
import type { Stretch } from '../geometry/uncertain';
import type { View } from '../geometry/view';
import { CURVE_NAMES, type CurveName, type Filmstrip, type Outcome, type Prediction } from '../state/contract';

export interface TimelineBar extends Bar {
  readonly color: string;
  readonly title: string;
  readonly outcome: Outcome | null;
  readonly confidence: number | null;
  readonly isSelected: boolean;
  /** One of several that the next command is for. */
  readonly isMarked: boolean;
}

/** A tap, a verdict or a remark on the lane of answers. */
export interface Mark extends Interval {
  readonly tone: 'tap' | 'yes' | 'no' | 'unsure' | 'comment';
  readonly isMine: boolean;
  readonly comment_id: number | null;
}

export interface Curves {
  /** The middle of every clip. */
  readonly times_ms: Float64Array;
  readonly of: Readonly<Record<CurveName, RangeExtremes>>;
  readonly lowest: RangeExtremes;
  readonly highest: RangeExtremes;
}

/** A prediction made ready for drawing at any zoom; once a video, not once a frame. */
export function curvesOf(prediction: Prediction): Curves {
  const clips = prediction.clip_start_ms.length;
  const times_ms = new Float64Array(clips);
  const [lowest, highest] = [new Float32Array(clips), new Float32Array(clips)];
  for (let clip = 0; clip < clips; clip += 1) {
    times_ms[clip] = ((prediction.clip_start_ms[clip] ?? 0) + (prediction.clip_end_ms[clip] ?? 0)) / 2;
    const branches = [prediction.raw[clip] ?? 0, prediction.long[clip] ?? 0, prediction.short[clip] ?? 0];
    lowest[clip] = Math.min(...branches);
    highest[clip] = Math.max(...branches);
  }
  const entries = CURVE_NAMES.map((name) => [name, new RangeExtremes(prediction[name])] as const);
  return {
    times_ms,
    of: Object.fromEntries(entries) as Record<CurveName, RangeExtremes>,
    lowest: new RangeExtremes(lowest),
    highest: new RangeExtremes(highest),
  };
}

export interface Scene {
  readonly duration_ms: number;
  readonly view: View;
  readonly bars: BarLayout<TimelineBar>;
  readonly marks: readonly Mark[];
  readonly shownLanes: ShownLanes;
  readonly curves: Curves | null;
  readonly shownCurves: ReadonlySet<CurveName>;
  readonly isBandShown: boolean;
  readonly uncertain: readonly Stretch[];
  readonly played: readonly Interval[];
  readonly filmstrip: { readonly image: CanvasImageSource; readonly geometry: Filmstrip } | null;
  /** Nothing can be dragged but the view. */
  readonly isReadOnly: boolean;
  readonly question: Interval | null;
  readonly playhead_ms: number;
  readonly hover_ms: number | null;
  readonly pending_ms: number | null;
  /** A segment being drawn. */
  readonly draft: (Interval & { readonly color: string }) | null;
  readonly guide_ms: number | null;
  /** The stretch that is played over and over. */
  readonly loop: Interval | null;
  /** A box that is drawn around bars to mark them, in time. */
  readonly box: Interval | null;
  readonly laneNames: Readonly<Record<Exclude<LaneName, 'ruler' | 'minimap'>, string>>;
  readonly emptyYou: string;
  readonly emptyModel: string;
  readonly pastEnd: string;
}
