/** What a drag does, from where it was taken until it is let go: one small object for each kind. */
import type { BarLayout } from '../geometry/bar_layout';
import type { FrameTable } from '../geometry/frames';
import { dragFactor } from '../geometry/gesture';
import type { Edge, Hit, Lanes } from '../geometry/lanes';
import { restOf, type Rest } from '../geometry/magnet';
import { pannedView, spanOf, zoomedView, type Scale, type View } from '../geometry/view';
import type { Scene, TimelineBar } from './scene';

/** What the timeline asks of its owner. Moves are shown while they last and done once, when the pointer lets go. */
export interface TimelineWishes {
  seek(time_ms: number): void;
  select(id: string | null): void;
  /** Adds a bar to those that the next command is for, or takes it out. */
  mark(id: string): void;
  markDuring(start_ms: number, end_ms: number): void;
  setView(view: View): void;
  setHover(hover: Hover | null): void;
  openComment(id: number): void;
  previewEdge(id: string, edge: Edge, rest: Rest): void;
  previewMove(id: string, start_ms: number, mark_ms: number | null): void;
  previewDraw(start_ms: number, end_ms: number): void;
  previewBox(start_ms: number, end_ms: number): void;
  commit(): void;
  cancel(): void;
}

/** Where the pointer rests. */
export interface Hover {
  readonly time_ms: number;
  readonly x_px: number;
  /** On the minimap, whose time is another than the lanes' above it. */
  readonly isOnMap: boolean;
  /** The bar under the pointer. */
  readonly bar: TimelineBar | null;
}

export interface TimelineGeometry {
  readonly scene: Scene;
  readonly lanes: Lanes;
  readonly plot: Scale;
  readonly map: Scale;
  readonly frames: FrameTable;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Drag {
  readonly cursor: string;
  /** Held beyond the border it scrolls the view. */
  readonly scrolls: boolean;
  moved(to: Point, isFree: boolean): void;
  ended(): void;
}

export interface Grab {
  readonly at: Point;
  readonly hit: Hit;
  readonly bar: TimelineBar | null;
  readonly withShift: boolean;
  readonly look: () => TimelineGeometry;
  readonly wishes: TimelineWishes;
}

/** How near, in pixels, the edges of the minimap's window are taken. */
const MAP_EDGE_PX = 6;

/** The drag that begins where the pointer went down. */
export function dragOf(grab: Grab): Drag {
  const { hit, bar } = grab;
  const isReadOnly = grab.look().scene.isReadOnly;
  if (grab.withShift && (bar ? bar.lane !== 'others' : 'lane' in hit && (hit.lane === 'you' || hit.lane === 'model'))) return boxDrag(grab);
  if (hit.on === 'edge' && bar) return edgeDrag(grab, bar, hit.edge);
  if (hit.on === 'bar' && bar?.lane === 'you' && !isReadOnly) return barDrag(grab, bar);
  if (hit.on === 'lane' && hit.lane === 'ruler') return rulerDrag(grab);
  if (hit.on === 'lane' && hit.lane === 'minimap') return mapDrag(grab);
  if (hit.on === 'lane' && hit.lane === 'you' && !isReadOnly) return drawDrag(grab);
  return panDrag(grab);
}

/** Where a time comes to rest: at the playhead, another edge, the question's bounds, else at a frame. */
function rest(grab: Grab, time_ms: number, of_bar: string, isFree: boolean): Rest {
  const { scene, frames, plot } = grab.look();
  return restOf(time_ms, marksNear(scene, time_ms, 12 * plot.msPerPx, of_bar), frames, plot.msPerPx, isFree);
}

function marksNear(scene: Scene, time_ms: number, reach_ms: number, of_bar: string): number[] {
  const bars: BarLayout<TimelineBar> = scene.bars;
  const near = (['model', 'others', 'you'] as const).flatMap((lane) => bars.during(lane, time_ms - reach_ms, time_ms + reach_ms));
  const others = near.filter((bar) => bar.id !== of_bar && !bar.isSelected);
  const marks = [scene.playhead_ms, ...others.flatMap((bar) => [bar.start_ms, bar.end_ms]), ...scene.marks.map((mark) => mark.start_ms)];
  if (scene.question) marks.push(scene.question.start_ms, scene.question.end_ms);
  return marks;
}

// The edge keeps its distance to the pointer: taking it 5 px beside does not make it jump.
function edgeDrag(grab: Grab, bar: TimelineBar, edge: Edge): Drag {
  const off_ms = grab.look().plot.time(grab.at.x) - (edge === 'start' ? bar.start_ms : bar.end_ms);
  return {
    cursor: 'ew-resize',
    scrolls: true,
    moved: (to, isFree) => {
      grab.wishes.previewEdge(bar.id, edge, rest(grab, grab.look().plot.time(to.x) - off_ms, bar.id, isFree));
    },
    ended: () => { grab.wishes.commit(); },
  };
}

// Either end may be held by a mark; the nearer one wins.
function barDrag(grab: Grab, bar: TimelineBar): Drag {
  const off_ms = grab.look().plot.time(grab.at.x) - bar.start_ms;
  const length_ms = bar.end_ms - bar.start_ms;
  return {
    cursor: 'grabbing',
    scrolls: true,
    moved: (to, isFree) => {
      const wanted = grab.look().plot.time(to.x) - off_ms;
      const [first, last] = [rest(grab, wanted, bar.id, isFree), rest(grab, wanted + length_ms, bar.id, isFree)];
      const isByEnd = last.mark_ms !== null && (first.mark_ms === null || Math.abs(last.time_ms - wanted - length_ms) < Math.abs(first.time_ms - wanted));
      grab.wishes.previewMove(bar.id, isByEnd ? last.time_ms - length_ms : first.time_ms, isByEnd ? last.mark_ms : first.mark_ms);
    },
    ended: () => { grab.wishes.commit(); },
  };
}

function drawDrag(grab: Grab): Drag {
  const from_ms = grab.look().plot.time(grab.at.x);
  return {
    cursor: 'crosshair',
    scrolls: true,
    moved: (to, isFree) => {
      const times = [from_ms, grab.look().plot.time(to.x)].map((time) => rest(grab, time, '', isFree).time_ms);
      grab.wishes.previewDraw(Math.min(...times), Math.max(...times));
    },
    ended: () => { grab.wishes.commit(); },
  };
}

function boxDrag(grab: Grab): Drag {
  const from_ms = grab.look().plot.time(grab.at.x);
  let [start_ms, end_ms] = [from_ms, from_ms];
  return {
    cursor: 'crosshair',
    scrolls: true,
    moved: (to) => {
      const now = grab.look().plot.time(to.x);
      [start_ms, end_ms] = [Math.min(from_ms, now), Math.max(from_ms, now)];
      grab.wishes.previewBox(start_ms, end_ms);
    },
    ended: () => { grab.wishes.markDuring(start_ms, end_ms); },
  };
}

// Along the ruler goes through the film; up and down zooms, from a day to one frame in one hand's width.
function rulerDrag(grab: Grab): Drag {
  const { scene, plot } = grab.look();
  const [fromView, anchor_ms] = [scene.view, plot.time(grab.at.x)];
  let isZoom: boolean | null = null;
  return {
    cursor: 'move',
    scrolls: false,
    moved: (to) => {
      isZoom ??= Math.abs(to.y - grab.at.y) > 1.5 * Math.abs(to.x - grab.at.x);
      const { duration_ms } = grab.look().scene;
      if (isZoom) grab.wishes.setView(zoomedView(fromView, anchor_ms, dragFactor(grab.at.y - to.y), duration_ms));
      else grab.wishes.seek(grab.look().plot.time(to.x));
    },
    ended: () => undefined,
  };
}

function panDrag(grab: Grab): Drag {
  const fromView = grab.look().scene.view;
  return {
    cursor: 'grabbing',
    scrolls: false,
    moved: (to) => {
      const { scene, plot } = grab.look();
      grab.wishes.setView(pannedView(fromView, -(to.x - grab.at.x) * plot.msPerPx, scene.duration_ms));
    },
    ended: () => undefined,
  };
}

/** The window of the minimap moves; taken at an edge it grows or shrinks; a press beside it brings it there. */
function mapDrag(grab: Grab): Drag {
  const { scene, map } = grab.look();
  const [left, right] = [map.x(scene.view.start_ms), map.x(scene.view.end_ms)];
  const edge = mapEdgeAt(grab.at.x, left, right);
  if (edge) return mapEdgeDrag(grab, edge);
  const isInside = grab.at.x >= left && grab.at.x <= right;
  const off_px = isInside ? grab.at.x - (left + right) / 2 : 0;
  const show = (x: number) => {
    const now = grab.look();
    const [middle, half] = [now.map.time(x - off_px), spanOf(now.scene.view) / 2];
    grab.wishes.setView(pannedView({ start_ms: middle - half, end_ms: middle + half }, 0, now.scene.duration_ms));
  };
  if (!isInside) show(grab.at.x);
  return { cursor: 'grabbing', scrolls: false, moved: (to) => { show(to.x); }, ended: () => undefined };
}

/** The edge of the window under the pointer; a narrow window is only moved. */
export function mapEdgeAt(x: number, left: number, right: number): Edge | null {
  if (right - left < 3 * MAP_EDGE_PX) return null;
  if (Math.abs(x - left) <= MAP_EDGE_PX) return 'start';
  return Math.abs(x - right) <= MAP_EDGE_PX ? 'end' : null;
}

function mapEdgeDrag(grab: Grab, edge: Edge): Drag {
  const { view } = grab.look().scene;
  return {
    cursor: 'ew-resize',
    scrolls: false,
    moved: (to) => {
      const { map, scene } = grab.look();
      const time = map.time(to.x);
      const wanted = edge === 'start' ? { start_ms: Math.min(time, view.end_ms - 1), end_ms: view.end_ms } : { start_ms: view.start_ms, end_ms: Math.max(time, view.start_ms + 1) };
      grab.wishes.setView(zoomedView(wanted, edge === 'start' ? view.end_ms : view.start_ms, 1, scene.duration_ms));
    },
    ended: () => undefined,
  };
}
