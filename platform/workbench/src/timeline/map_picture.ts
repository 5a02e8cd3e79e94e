/** The minimap's unchanging part as a picture, drawn anew only when segments, scores, size or theme change. */
import { drawMap, type Size } from './draw_map';
import type { Palette } from './palette';
import type { Scene } from './scene';

export class MapPicture {
  private readonly canvas = document.createElement('canvas');
  private drawnFrom: readonly unknown[] = [];

  of(scene: Scene, size: Size, palette: Palette, ratio: number): CanvasImageSource {
    const from = [scene.bars, scene.curves, scene.duration_ms, size.width, size.height, palette, ratio];
    if (from.every((value, index) => value === this.drawnFrom[index])) return this.canvas;
    this.drawnFrom = from;
    this.canvas.width = Math.max(1, Math.round(size.width * ratio));
    this.canvas.height = Math.max(1, Math.round(size.height * ratio));
    const pen = this.canvas.getContext('2d');
    if (!pen) throw new Error('this browser draws no 2D canvas');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawMap(pen, scene, size, palette);
    return this.canvas;
  }
}
