/** The one canvas under the video: keeps its size sharp, draws when something changed, tells tests where things lie. */
import { lanesOf, type Lanes } from '../geometry/lanes';
import type { FrameTable } from '../geometry/frames';
import type { Scope } from '../services/scope';
import '../services/theme';
import type { TimelineGeometry, TimelineWishes } from './drags';
import { drawFrame, plotScale } from './draw_frame';
import { mapScale, type Size } from './draw_map';
import { MapPicture } from './map_picture';
import { paletteOf, type Palette } from './palette';
import { TimelinePointer } from './pointer';
import type { Scene } from './scene';

export class Timeline {
  private readonly pen: CanvasRenderingContext2D;
  private palette: Palette;
  private size: Size = { width: 0, height: 0 };
  private lanes: Lanes;
  private isScheduled = false;
  private readonly map = new MapPicture();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private scene: Scene,
    private frames: FrameTable,
    wishes: TimelineWishes,
    private readonly scope: Scope,
  ) {
    const pen = canvas.getContext('2d', { alpha: false });
    if (!pen) throw new Error('this browser draws no 2D canvas');
    this.pen = pen;
    this.palette = paletteOf(document.body);
    this.lanes = lanesOf(0, scene.shownLanes);
    new TimelinePointer(canvas, () => this.geometry(), wishes, scope);
    this.watchSize(scope);
    scope.listen(document, 'vigil:theme', () => { this.repaint(); });
  }

  private watchSize(scope: Scope): void {
    scope.observeSize(this.canvas, () => {
      this.size = { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
      this.invalidate();
    });
  }

  private repaint(): void {
    this.palette = paletteOf(document.body);
    this.invalidate();
  }

  show(scene: Scene, frames: FrameTable): void {
    this.scene = scene;
    this.frames = frames;
    this.invalidate();
  }

  private geometry(): TimelineGeometry {
    return {
      scene: this.scene,
      lanes: this.lanes,
      plot: plotScale(this.scene, this.size),
      map: mapScale(this.scene, this.size),
      frames: this.frames,
    };
  }

  private invalidate(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.scope.nextFrame(() => {
      this.isScheduled = false;
      this.draw();
    });
  }

  private draw(): void {
    const { width, height } = this.size;
    if (width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const began = performance.now();
    this.lanes = lanesOf(height, this.scene.shownLanes);
    const mapSize = { width, height: this.lanes.minimap.bottom - this.lanes.minimap.top };
    const map = this.map.of(this.scene, mapSize, this.palette, ratio);
    drawFrame(this.pen, this.scene, this.size, this.lanes, this.palette, map, this.frames);
    this.tell(performance.now() - began);
  }

  // A browser test (or any tool that drives the page) computes pixels of times from these.
  private tell(spent_ms: number): void {
    const { dataset } = this.canvas;
    const { plot } = this.geometry();
    dataset.viewStartMs = String(this.scene.view.start_ms);
    dataset.viewEndMs = String(this.scene.view.end_ms);
    dataset.plot = JSON.stringify({ left: plot.left_px, width: plot.width_px });
    dataset.lanes = JSON.stringify(this.lanes);
    dataset.drawn = spent_ms.toFixed(2);
  }
}
