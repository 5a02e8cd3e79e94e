/** What the pointer does on the timeline: seek, pan, zoom, select, move edges and segments, draw new ones. */
import type { FrameTable } from '../geometry/frames';
import { hitAt, type Edge, type Hit, type Lanes } from '../geometry/lanes';
import { restOf, type Rest } from '../geometry/magnet';
import type { Scale, View } from '../geometry/view';
import { pannedView, spanOf, viewAround, zoomedView } from '../geometry/view';
import type { Scope } from '../services/scope';
import type { Scene, TimelineBar } from './scene';

/** What the timeline asks of its owner. Moves are shown while they last and done once, when the pointer lets go. */
export interface TimelineWishes {
  seek(time_ms: number): void;
  select(id: string | null): void;
  setView(view: View): void;
  setHover(time_ms: number | null): void;
  previewEdge(id: string, edge: Edge, rest: Rest): void;
  previewMove(id: string, start_ms: number): void;
  previewDraw(start_ms: number, end_ms: number): void;
  commit(): void;
  cancel(): void;
}

export interface TimelineGeometry {
  readonly scene: Scene;
  readonly lanes: Lanes;
  readonly plot: Scale;
  readonly map: Scale;
  readonly frames: FrameTable;
}

interface Drag {
  readonly hit: Hit;
  readonly from: { readonly x: number; readonly y: number };
  readonly fromView: View;
  readonly bar: TimelineBar | null;
  hasMoved: boolean;
}

const CLICK_PX = 4;
const LINE_PX = 16;

export class TimelinePointer {
  private drag: Drag | null = null;
  private mapGrab_px = 0;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly look: () => TimelineGeometry,
    private readonly wishes: TimelineWishes,
    scope: Scope,
  ) {
    scope.listen(canvas, 'pointerdown', (event) => { this.down(event); });
    scope.listen(canvas, 'pointermove', (event) => { this.move(event); });
    scope.listen(canvas, 'pointerup', (event) => { this.up(event); });
    scope.listen(canvas, 'pointercancel', () => { this.drop(); });
    scope.listen(canvas, 'pointerleave', () => { wishes.setHover(null); });
    scope.listen(canvas, 'dblclick', (event) => { this.doubleClick(event); });
    scope.listen(canvas, 'wheel', (event) => { this.wheel(event); }, { passive: false });
    scope.listen(window, 'keydown', (event) => {
      if (event.key === 'Escape' && this.drag) {
        event.stopImmediatePropagation();
        this.drop();
      }
    }, { capture: true });
  }

  private point(event: MouseEvent): { x: number; y: number } {
    const bounds = this.canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  private hit(point: { x: number; y: number }): Hit {
    const { scene, lanes, plot } = this.look();
    const selected = scene.bars.find((bar) => bar.isSelected)?.id ?? null;
    const hit = hitAt(point, lanes, plot, scene.bars, selected);
    return scene.isReadOnly && hit.on === 'edge' ? { on: 'bar', id: hit.id } : hit;
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 && event.button !== 1) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const from = this.point(event);
    const { scene } = this.look();
    const hit: Hit = event.button === 1 ? { on: 'lane', lane: 'filmstrip' } : this.hit(from);
    const bar = 'id' in hit ? (scene.bars.find((one) => one.id === hit.id) ?? null) : null;
    this.drag = { hit, from, fromView: scene.view, bar, hasMoved: false };
    if (bar) this.wishes.select(bar.id);
    if (hit.on === 'lane' && hit.lane === 'ruler') this.wishes.seek(this.look().plot.time(from.x));
    if (hit.on === 'lane' && hit.lane === 'minimap') this.takeMapWindow(from.x);
  }

  private move(event: PointerEvent): void {
    const point = this.point(event);
    const { plot } = this.look();
    this.wishes.setHover(point.x >= plot.left_px ? plot.time(point.x) : null);
    if (!this.drag) {
      this.canvas.style.cursor = this.cursorOf(this.hit(point));
      return;
    }
    if (!this.drag.hasMoved && Math.hypot(point.x - this.drag.from.x, point.y - this.drag.from.y) < CLICK_PX) return;
    this.drag.hasMoved = true;
    this.dragged(this.drag, point, event.altKey);
  }

  private dragged(drag: Drag, point: { x: number; y: number }, isFree: boolean): void {
    const { hit, bar } = drag;
    const isDrawing = hit.on === 'lane' && hit.lane === 'you' && !this.look().scene.isReadOnly;
    if (hit.on === 'edge' && bar) this.wishes.previewEdge(bar.id, hit.edge, this.rest(this.edgeTime(drag, bar, hit.edge, point.x), bar.id, isFree));
    else if (hit.on === 'bar' && bar?.lane === 'you') this.wishes.previewMove(bar.id, this.movedStart(drag, bar, point.x, isFree));
    else if (isDrawing) this.draw(drag, point.x, isFree);
    else if (hit.on === 'lane' && hit.lane === 'ruler') this.wishes.seek(this.look().plot.time(point.x));
    else if (hit.on === 'lane' && hit.lane === 'minimap') this.showOnMap(point.x - this.mapGrab_px);
    else this.pan(drag, point.x);
  }

  // The edge keeps its distance to the pointer: taking it 5 px beside does not make it jump.
  private edgeTime(drag: Drag, bar: TimelineBar, edge: Edge, x: number): number {
    const began = edge === 'start' ? bar.start_ms : bar.end_ms;
    return began + (x - drag.from.x) * this.look().plot.msPerPx;
  }

  private movedStart(drag: Drag, bar: TimelineBar, x: number, isFree: boolean): number {
    const wanted = bar.start_ms + (x - drag.from.x) * this.look().plot.msPerPx;
    return this.rest(wanted, bar.id, isFree).time_ms;
  }

  private rest(time_ms: number, ofBar: string, isFree: boolean): Rest {
    const { scene, frames, plot } = this.look();
    const others = scene.bars.filter((bar) => bar.id !== ofBar && !bar.isSelected);
    const marks = [scene.playhead_ms, ...others.flatMap((bar) => [bar.start_ms, bar.end_ms])];
    if (scene.question) marks.push(scene.question.start_ms, scene.question.end_ms);
    return restOf(time_ms, marks, frames, plot.msPerPx, isFree);
  }

  private draw(drag: Drag, x: number, isFree: boolean): void {
    const { plot } = this.look();
    const times = [drag.from.x, x].map((px) => this.rest(plot.time(px), '', isFree).time_ms);
    this.wishes.previewDraw(Math.min(...times), Math.max(...times));
  }

  private pan(drag: Drag, x: number): void {
    const { scene, plot } = this.look();
    this.wishes.setView(pannedView(drag.fromView, -(x - drag.from.x) * plot.msPerPx, scene.duration_ms));
    this.canvas.style.cursor = 'grabbing';
  }

  // Inside the window it is taken where it was touched; beside it, it comes to the pointer.
  private takeMapWindow(x: number): void {
    const { scene, map } = this.look();
    const isInside = x >= map.x(scene.view.start_ms) && x <= map.x(scene.view.end_ms);
    this.mapGrab_px = isInside ? x - map.x((scene.view.start_ms + scene.view.end_ms) / 2) : 0;
    if (!isInside) this.showOnMap(x);
  }

  private showOnMap(x: number): void {
    const { scene, map } = this.look();
    const middle = map.time(x);
    const half = spanOf(scene.view) / 2;
    this.wishes.setView(pannedView({ start_ms: middle - half, end_ms: middle + half }, 0, scene.duration_ms));
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    if (drag.hasMoved) {
      if (drag.bar || (drag.hit.on === 'lane' && drag.hit.lane === 'you')) this.wishes.commit();
    } else this.clicked(drag, event);
    this.canvas.style.cursor = this.cursorOf(this.hit(this.point(event)));
  }

  private clicked(drag: Drag, event: PointerEvent): void {
    const { plot } = this.look();
    if (drag.hit.on === 'lane' && drag.hit.lane !== 'minimap' && drag.from.x >= plot.left_px) {
      this.wishes.seek(plot.time(drag.from.x));
      if (drag.hit.lane === 'you' || drag.hit.lane === 'model') this.wishes.select(null);
    }
    // A click on a bar also goes to where it was clicked, as editors of film do, unless an edge was meant.
    if (drag.hit.on === 'bar' && event.detail < 2) this.wishes.seek(plot.time(drag.from.x));
  }

  private drop(): void {
    this.drag = null;
    this.wishes.cancel();
  }

  private doubleClick(event: MouseEvent): void {
    const { scene } = this.look();
    const hit = this.hit(this.point(event));
    const bar = 'id' in hit ? scene.bars.find((one) => one.id === hit.id) : null;
    if (bar) this.wishes.setView(viewAround(bar.start_ms, bar.end_ms, scene.duration_ms));
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { scene, plot } = this.look();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const [across, down] = [event.deltaX * unit, event.deltaY * unit];
    if (event.shiftKey || Math.abs(across) > Math.abs(down)) {
      const by_px = Math.abs(across) > Math.abs(down) ? across : down;
      this.wishes.setView(pannedView(scene.view, by_px * plot.msPerPx, scene.duration_ms));
      return;
    }
    const anchor = plot.time(Math.max(this.point(event).x, plot.left_px));
    const strength = event.ctrlKey ? 0.01 : 0.0025;
    this.wishes.setView(zoomedView(scene.view, anchor, Math.exp(-down * strength), scene.duration_ms));
  }

  private cursorOf(hit: Hit): string {
    if (hit.on === 'edge') return 'ew-resize';
    if (hit.on === 'bar') return this.look().scene.bars.find((bar) => bar.id === hit.id)?.lane === 'you' ? 'grab' : 'pointer';
    if (hit.on === 'nothing') return 'default';
    if (hit.lane === 'you' && !this.look().scene.isReadOnly) return 'crosshair';
    if (hit.lane === 'ruler') return 'col-resize';
    return hit.lane === 'minimap' ? 'grab' : 'default';
  }
}
