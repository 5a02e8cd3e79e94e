/** Where the lanes of the timeline lie, how bars that overlap share a lane, and what lies under the pointer. */
import type { BarLayout } from './bar_layout';
import type { Scale } from './view';

export const LANE_NAMES = ['ruler', 'filmstrip', 'scores', 'clicks', 'model', 'others', 'you', 'minimap'] as const;
export type LaneName = (typeof LANE_NAMES)[number];
export const BAR_LANES = ['model', 'others', 'you'] as const;
export type BarLane = (typeof BAR_LANES)[number];

export interface Band {
  readonly top: number;
  readonly bottom: number;
}
export type Lanes = Readonly<Record<LaneName, Band>>;
/** The lanes that are there only while they have something to show. */
export type ShownLanes = ReadonlySet<LaneName>;

/** The names of the lanes stand in this strip at the left. */
export const GUTTER_PX = 64;
export const RIGHT_AIR_PX = 10;
const GAP_PX = 4;
const LEAST_SCORES_PX = 34;

/** Lanes that fill a height: the scores take what the others leave, and the filmstrip goes first where room is short. */
export function lanesOf(height_px: number, shown: ShownLanes): Lanes {
  const isHigh = height_px > 250;
  const heights: Record<LaneName, number> = {
    ruler: 22,
    filmstrip: shown.has('filmstrip') ? Math.min(54, Math.max(32, Math.round(height_px * (shown.has('others') ? 0.12 : 0.16)))) : 0,
    scores: 0,
    clicks: shown.has('clicks') ? 16 : 0,
    model: isHigh ? 38 : 30,
    others: shown.has('others') ? (isHigh ? 30 : 20) : 0,
    you: isHigh ? 42 : 34,
    minimap: 26,
  };
  const used = () => LANE_NAMES.reduce((sum, name) => sum + heights[name] + (heights[name] > 0 ? GAP_PX : 0), 0);
  if (height_px - used() < LEAST_SCORES_PX) heights.filmstrip = 0;
  heights.scores = Math.max(LEAST_SCORES_PX, height_px - used());
  const lanes = {} as Record<LaneName, Band>;
  let top = 0;
  for (const name of LANE_NAMES) {
    lanes[name] = { top, bottom: top + heights[name] };
    top += heights[name] + (heights[name] > 0 ? GAP_PX : 0);
  }
  return lanes;
}

export type Edge = 'start' | 'end';

/** A segment as the timeline draws it. */
export interface Bar {
  readonly id: string;
  readonly lane: BarLane;
  readonly start_ms: number;
  readonly end_ms: number;
}

/** The part of a lane that one of its rows takes. */
export function rowBand(band: Band, row: number, count: number): Band {
  const shown = Math.min(count, 4);
  const height = (band.bottom - band.top) / shown;
  const top = band.top + Math.min(row, shown - 1) * height;
  return { top, bottom: top + height - (shown > 1 ? 1 : 0) };
}

export type Hit =
  | { readonly on: 'edge'; readonly id: string; readonly edge: Edge }
  | { readonly on: 'bar'; readonly id: string }
  | { readonly on: 'lane'; readonly lane: LaneName }
  | { readonly on: 'nothing' };

/** How far beside an edge the pointer may be and still take it. */
export const EDGE_REACH_PX = 7;

/** What the pointer takes. Edges of the selected bar come first, then the nearest edge, then the bar. */
export function hitAt(
  point: { readonly x: number; readonly y: number },
  lanes: Lanes,
  scale: Scale,
  bars: BarLayout,
  selected: string | null,
): Hit {
  const lane = LANE_NAMES.find((name) => point.y >= lanes[name].top && point.y < lanes[name].bottom);
  if (!lane) return { on: 'nothing' };
  if (!isBarLane(lane)) return { on: 'lane', lane };
  const reach_ms = EDGE_REACH_PX * scale.msPerPx;
  const near = bars.during(lane, scale.time(point.x) - reach_ms, scale.time(point.x) + reach_ms).filter((bar) => {
    const band = rowBand(lanes[lane], bars.row(bar.id), bars.rows(lane));
    return point.y >= band.top && point.y <= band.bottom + 1;
  });
  const edge = lane === 'others' ? null : nearestEdge(point.x, near, scale, selected);
  if (edge) return edge;
  const inside = near.filter((bar) => point.x >= scale.x(bar.start_ms) && point.x <= scale.x(bar.end_ms));
  const chosen = inside.find((bar) => bar.id === selected) ?? inside.at(-1);
  return chosen ? { on: 'bar', id: chosen.id } : { on: 'lane', lane };
}

function isBarLane(lane: LaneName): lane is BarLane {
  return (BAR_LANES as readonly string[]).includes(lane);
}

function nearestEdge(x: number, bars: readonly Bar[], scale: Scale, selected: string | null): Hit | null {
  let best: { hit: Hit; distance: number } | null = null;
  for (const bar of bars) {
    const [left, right] = [scale.x(bar.start_ms), scale.x(bar.end_ms)];
    // Inside a narrow bar an edge reaches only a third of the way, so that the middle can still be taken.
    const inward = Math.min(EDGE_REACH_PX, (right - left) / 3);
    for (const [edge, distance] of [
      ['start', x - left],
      ['end', right - x],
    ] as const) {
      if (distance > inward || distance < -EDGE_REACH_PX) continue;
      const weighed = Math.abs(distance) - (bar.id === selected ? EDGE_REACH_PX : 0);
      if (!best || weighed < best.distance) best = { hit: { on: 'edge', id: bar.id, edge }, distance: weighed };
    }
  }
  return best?.hit ?? null;
}
