/** Where the lanes of the timeline lie, how bars that overlap share a lane, and what lies under the pointer. */
import type { Scale } from './view';

export const LANE_NAMES = ['ruler', 'filmstrip', 'scores', 'model', 'you', 'minimap'] as const;
export type LaneName = (typeof LANE_NAMES)[number];

export interface Band {
  readonly top: number;
  readonly bottom: number;
}
export type Lanes = Readonly<Record<LaneName, Band>>;

/** The names of the lanes stand in this strip at the left. */
export const GUTTER_PX = 64;
export const RIGHT_AIR_PX = 10;
const GAP_PX = 4;

/** Lanes that fill a height: the scores take what the others leave. */
export function lanesOf(height_px: number, has_filmstrip: boolean): Lanes {
  const heights: Record<LaneName, number> = {
    ruler: 22,
    filmstrip: has_filmstrip ? Math.min(54, Math.max(36, Math.round(height_px * 0.17))) : 0,
    scores: 0,
    model: height_px > 250 ? 38 : 30,
    you: height_px > 250 ? 42 : 34,
    minimap: 26,
  };
  const used = LANE_NAMES.reduce((sum, name) => sum + heights[name], 0) + GAP_PX * (LANE_NAMES.length - 1);
  heights.scores = Math.max(36, height_px - used);
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
  readonly lane: 'model' | 'you';
  readonly start_ms: number;
  readonly end_ms: number;
}

/** Row of every bar and the number of rows, so that bars of one lane that overlap are drawn beneath each other. */
export function rowsOf(bars: readonly Bar[]): { row: ReadonlyMap<string, number>; count: number } {
  const ends: number[] = [];
  const row = new Map<string, number>();
  for (const bar of [...bars].sort((a, b) => a.start_ms - b.start_ms || b.end_ms - a.end_ms)) {
    const free = ends.findIndex((end) => end <= bar.start_ms);
    const index = free < 0 ? ends.length : free;
    ends[index] = bar.end_ms;
    row.set(bar.id, index);
  }
  return { row, count: Math.max(1, ends.length) };
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
  bars: readonly Bar[],
  selected: string | null,
): Hit {
  const lane = LANE_NAMES.find((name) => point.y >= lanes[name].top && point.y < lanes[name].bottom);
  if (!lane) return { on: 'nothing' };
  if (lane !== 'model' && lane !== 'you') return { on: 'lane', lane };
  const ofLane = bars.filter((bar) => bar.lane === lane);
  const { row, count } = rowsOf(ofLane);
  const near = ofLane.filter((bar) => {
    const band = rowBand(lanes[lane], row.get(bar.id) ?? 0, count);
    const isInRow = point.y >= band.top && point.y <= band.bottom + 1;
    return isInRow && point.x >= scale.x(bar.start_ms) - EDGE_REACH_PX && point.x <= scale.x(bar.end_ms) + EDGE_REACH_PX;
  });
  const edge = nearestEdge(point.x, near, scale, selected);
  if (edge) return edge;
  const inside = near.filter((bar) => point.x >= scale.x(bar.start_ms) && point.x <= scale.x(bar.end_ms));
  const chosen = inside.find((bar) => bar.id === selected) ?? inside.at(-1);
  return chosen ? { on: 'bar', id: chosen.id } : { on: 'lane', lane };
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
