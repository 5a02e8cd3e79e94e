/** What pointer, wheel and fingers do on the timeline; the drags themselves are in `drags.ts`. */
import { NO_RUN, pinchFactor, scrollSpeed, wheelTurned, type WheelRun } from '../geometry/gesture';
import { hitAt, type Hit } from '../geometry/lanes';
import { frameView, pannedView, spanOf, viewAround, wholeView, zoomedView, type View } from '../geometry/view';
import type { Scope } from '../services/scope';
import { dragOf, mapEdgeAt, type Drag, type Point, type TimelineGeometry, type TimelineWishes } from './drags';
import type { Mark } from './scene';

interface Held {
  readonly drag: Drag;
  readonly hit: Hit;
  readonly from: Point;
  readonly withShift: boolean;
  last: Point;
  isFree: boolean;
  hasMoved: boolean;
}

interface Pinch {
  readonly fromView: View;
  readonly apart_px: number;
  readonly middle_ms: number;
}

const CLICK_PX = 4;
const LINE_PX = 16;
/** A view wider than so many frames goes to single frames by a double click, a narrower one back to the whole. */
const CLOSE_FRAMES = 60;

export class TimelinePointer {
  private held: Held | null = null;
  private readonly fingers = new Map<number, Point>();
  private pinch: Pinch | null = null;
  private run: WheelRun = NO_RUN;
  private stopScrolling: (() => void) | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly look: () => TimelineGeometry,
    private readonly wishes: TimelineWishes,
    private readonly scope: Scope,
  ) {
    scope.listen(canvas, 'pointerdown', (event) => { this.down(event); });
    scope.listen(canvas, 'pointermove', (event) => { this.move(event); });
    scope.listen(canvas, 'pointerup', (event) => { this.up(event); });
    scope.listen(canvas, 'pointercancel', (event) => { this.lifted(event); this.drop(); });
    scope.listen(canvas, 'pointerleave', () => { wishes.setHover(null); });
    scope.listen(canvas, 'dblclick', (event) => { this.doubleClick(event); });
    scope.listen(canvas, 'wheel', (event) => { this.wheel(event); }, { passive: false });
    scope.listen(window, 'keydown', (event) => {
      if (event.key === 'Escape' && this.held) {
        event.stopImmediatePropagation();
        this.drop();
      }
    }, { capture: true });
  }

  private point(event: MouseEvent): Point {
    const bounds = this.canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  private hit(point: Point): Hit {
    const { scene, lanes, plot } = this.look();
    const selected = scene.bars.bars.find((bar) => bar.isSelected)?.id ?? null;
    const hit = hitAt(point, lanes, plot, scene.bars, selected);
    return scene.isReadOnly && hit.on === 'edge' ? { on: 'bar', id: hit.id } : hit;
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0 && event.button !== 1) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.point(event);
    if (event.pointerType === 'touch') this.fingers.set(event.pointerId, at);
    if (this.fingers.size === 2) this.beginPinch();
    else this.take(event, at);
  }

  private take(event: PointerEvent, at: Point): void {
    const { scene, plot } = this.look();
    const hit: Hit = event.button === 1 ? { on: 'lane', lane: 'filmstrip' } : this.hit(at);
    const bar = 'id' in hit ? scene.bars.find(hit.id) : null;
    if (bar && bar.lane !== 'others') {
      if (event.shiftKey) this.wishes.mark(bar.id);
      else this.wishes.select(bar.id);
    }
    if (hit.on === 'lane' && hit.lane === 'ruler') this.wishes.seek(plot.time(at.x));
    const drag = dragOf({ at, hit, bar, withShift: event.shiftKey, look: this.look, wishes: this.wishes });
    this.held = { drag, hit, from: at, withShift: event.shiftKey, last: at, isFree: event.altKey, hasMoved: false };
  }

  private move(event: PointerEvent): void {
    const point = this.point(event);
    if (this.fingers.has(event.pointerId)) this.fingers.set(event.pointerId, point);
    if (this.pinch) {
      this.pinched(this.pinch);
      return;
    }
    const { held } = this;
    if (!held) {
      this.hovered(point, event.pointerType === 'touch');
      return;
    }
    if (!held.hasMoved && Math.hypot(point.x - held.from.x, point.y - held.from.y) < CLICK_PX) return;
    held.hasMoved = true;
    held.last = point;
    held.isFree = event.altKey;
    this.wishes.setHover(null);
    this.canvas.style.cursor = held.drag.cursor;
    this.dragged(held);
    if (held.drag.scrolls && this.speedOf(held) !== 0) this.scroll();
  }

  private hovered(point: Point, isTouch: boolean): void {
    const hit = this.hit(point);
    this.canvas.style.cursor = this.cursorOf(hit, point);
    const { scene, plot, map } = this.look();
    const isInside = !isTouch && hit.on !== 'nothing' && point.x >= plot.left_px && point.x <= plot.left_px + plot.width_px;
    const isOnMap = hit.on === 'lane' && hit.lane === 'minimap';
    const time_ms = Math.min((isOnMap ? map : plot).time(point.x), scene.duration_ms);
    this.wishes.setHover(isInside ? { time_ms, x_px: point.x, isOnMap, bar: 'id' in hit ? scene.bars.find(hit.id) : null } : null);
  }

  // Beyond the border the drag stays at it: what is dragged is always in view.
  private dragged(held: Held): void {
    const { plot } = this.look();
    const x = held.drag.scrolls ? Math.min(Math.max(held.last.x, plot.left_px), plot.left_px + plot.width_px) : held.last.x;
    held.drag.moved({ x, y: held.last.y }, held.isFree);
  }

  private speedOf(held: Held): number {
    const { plot } = this.look();
    return scrollSpeed(held.last.x, plot.left_px, plot.left_px + plot.width_px);
  }

  private scroll(): void {
    if (this.stopScrolling) return;
    let last: number | null = null;
    this.stopScrolling = this.scope.everyFrame((now) => {
      const { held } = this;
      const speed = held ? this.speedOf(held) : 0;
      if (!held || speed === 0) {
        this.endScrolling();
        return;
      }
      const { scene, plot } = this.look();
      const seconds = Math.min(50, now - (last ?? now)) / 1000;
      last = now;
      this.wishes.setView(pannedView(scene.view, speed * seconds * plot.msPerPx, scene.duration_ms));
      this.dragged(held);
    });
  }

  private endScrolling(): void {
    this.stopScrolling?.();
    this.stopScrolling = null;
  }

  private up(event: PointerEvent): void {
    this.lifted(event);
    this.endScrolling();
    const { held } = this;
    this.held = null;
    if (!held) return;
    if (held.hasMoved) held.drag.ended();
    else this.clicked(held, event);
    const point = this.point(event);
    this.canvas.style.cursor = this.cursorOf(this.hit(point), point);
  }

  private clicked(held: Held, event: PointerEvent): void {
    const { plot, scene } = this.look();
    const { hit } = held;
    if (held.withShift) return;
    if (hit.on === 'lane' && hit.lane !== 'minimap' && held.from.x >= plot.left_px) {
      const mark = this.markAt(held.from);
      if (mark?.comment_id) this.wishes.openComment(mark.comment_id);
      else this.wishes.seek(mark?.start_ms ?? plot.time(held.from.x));
      if (hit.lane === 'you' || hit.lane === 'model') this.wishes.select(null);
    }
    // A click on a bar also goes to where it was clicked, as editors of film do, unless an edge was meant.
    if (hit.on === 'bar' && event.detail < 2) this.wishes.seek(Math.min(plot.time(held.from.x), scene.duration_ms));
  }

  /** The tap or verdict under a press on its lane: one goes exactly there. */
  private markAt(point: Point): Mark | null {
    const { scene, lanes, plot } = this.look();
    if (point.y < lanes.clicks.top || point.y >= lanes.clicks.bottom) return null;
    const time = plot.time(point.x);
    const reach = 6 * plot.msPerPx;
    return scene.marks.findLast((mark) => time >= mark.start_ms - reach && time <= mark.end_ms + reach) ?? null;
  }

  private drop(): void {
    this.endScrolling();
    this.held = null;
    this.wishes.cancel();
  }

  private lifted(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size < 2) this.pinch = null;
  }

  private beginPinch(): void {
    this.drop();
    const [a, b] = [...this.fingers.values()];
    if (!a || !b) return;
    const { scene, plot } = this.look();
    this.pinch = { fromView: scene.view, apart_px: Math.hypot(a.x - b.x, a.y - b.y), middle_ms: plot.time((a.x + b.x) / 2) };
  }

  // What was between the fingers stays between them: two fingers zoom and pan in one.
  private pinched(pinch: Pinch): void {
    const [a, b] = [...this.fingers.values()];
    if (!a || !b) return;
    const { scene, plot } = this.look();
    const zoomed = zoomedView(pinch.fromView, pinch.middle_ms, pinchFactor(pinch.apart_px, Math.hypot(a.x - b.x, a.y - b.y)), scene.duration_ms);
    const middle_share = ((a.x + b.x) / 2 - plot.left_px) / plot.width_px;
    const start_ms = pinch.middle_ms - middle_share * spanOf(zoomed);
    this.wishes.setView(pannedView({ start_ms, end_ms: start_ms + spanOf(zoomed) }, 0, scene.duration_ms));
  }

  /** A double click shows a segment large; elsewhere it goes to single frames, and from there back to the whole. */
  private doubleClick(event: MouseEvent): void {
    const { scene, plot, frames } = this.look();
    const point = this.point(event);
    const hit = this.hit(point);
    const bar = 'id' in hit ? scene.bars.find(hit.id) : null;
    if (bar) {
      this.wishes.setView(viewAround(bar.start_ms, Math.min(bar.end_ms, scene.duration_ms), scene.duration_ms));
      return;
    }
    if (point.x < plot.left_px || hit.on === 'nothing') return;
    const frame = frames.frameAt(plot.time(point.x));
    const frame_ms = frames.endOf(frame) - frames.startOf(frame);
    const isClose = spanOf(scene.view) <= CLOSE_FRAMES * frame_ms;
    this.wishes.setView(isClose ? wholeView(scene.duration_ms) : frameView(plot.time(point.x), frame_ms, scene.duration_ms));
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
    this.run = wheelTurned(this.run, down, event.timeStamp, event.ctrlKey);
    this.wishes.setView(zoomedView(scene.view, anchor, this.run.factor, scene.duration_ms));
  }

  private cursorOf(hit: Hit, point: Point): string {
    const { scene, map } = this.look();
    if (hit.on === 'edge') return 'ew-resize';
    if (hit.on === 'bar') return scene.bars.find(hit.id)?.lane === 'you' ? 'grab' : 'pointer';
    if (hit.on === 'nothing') return 'default';
    if (hit.lane === 'you' && !scene.isReadOnly) return 'crosshair';
    if (hit.lane === 'ruler') return 'col-resize';
    if (hit.lane !== 'minimap') return 'default';
    return mapEdgeAt(point.x, map.x(scene.view.start_ms), map.x(scene.view.end_ms)) ? 'ew-resize' : 'grab';
  }
}
