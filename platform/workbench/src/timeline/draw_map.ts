/** Draws the minimap: the whole video's scores and segments, and the window that the timeline shows of it. */
import { GUTTER_PX, RIGHT_AIR_PX, type Band } from '../geometry/lanes';
import { Scale, wholeView } from '../geometry/view';
import { drawScoreStrip, type Pen } from './draw_scores';
import type { Palette } from './palette';
import type { Scene } from './scene';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A window narrower than this could not be taken. */
export const LEAST_WINDOW_PX = 6;

export function mapScale(scene: Scene, size: Size): Scale {
  return new Scale(wholeView(scene.duration_ms), GUTTER_PX, Math.max(1, size.width - GUTTER_PX - RIGHT_AIR_PX));
}

/** Scores and segments of the whole video, on a canvas of the minimap's own height. */
export function drawMap(canvas: CanvasRenderingContext2D, scene: Scene, size: Size, palette: Palette): void {
  const scale = mapScale(scene, size);
  const band: Band = { top: 0, bottom: size.height };
  canvas.fillStyle = palette.ground;
  canvas.fillRect(0, 0, size.width, size.height);
  canvas.fillStyle = palette.lane;
  canvas.beginPath();
  canvas.roundRect(scale.left_px, band.top, scale.width_px, band.bottom - band.top, 2);
  canvas.fill();
  if (scene.curves) drawScoreStrip({ canvas, palette, scale }, scene.curves, band);
  for (const bar of scene.bars.bars) {
    if (bar.outcome === 'rejected' || bar.lane === 'others') continue;
    canvas.fillStyle = bar.color;
    canvas.globalAlpha = bar.lane === 'you' ? 1 : 0.55;
    canvas.fillRect(scale.x(bar.start_ms), band.top + 2, Math.max(2, scale.x(bar.end_ms) - scale.x(bar.start_ms)), bar.lane === 'you' ? 4 : 2);
  }
  canvas.globalAlpha = 1;
}

export function drawMapWindow(pen: Pen, scene: Scene, band: Band): void {
  const { canvas, palette, scale } = pen;
  canvas.fillStyle = palette.faint;
  for (const { start_ms, end_ms } of scene.played) {
    canvas.fillRect(scale.x(start_ms), band.bottom - 2, Math.max(1, scale.x(end_ms) - scale.x(start_ms)), 2);
  }
  const [left, right] = [scale.x(scene.view.start_ms), scale.x(scene.view.end_ms)];
  canvas.fillStyle = palette.ground;
  canvas.globalAlpha = 0.6;
  canvas.fillRect(scale.left_px, band.top, left - scale.left_px, band.bottom - band.top);
  canvas.fillRect(right, band.top, scale.left_px + scale.width_px - right, band.bottom - band.top);
  canvas.globalAlpha = 1;
  canvas.strokeStyle = palette.text;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.roundRect(left + 0.5, band.top + 0.5, Math.max(LEAST_WINDOW_PX, right - left) - 1, band.bottom - band.top - 1, 3);
  canvas.stroke();
  canvas.fillStyle = palette.playhead;
  canvas.fillRect(Math.round(scale.x(scene.playhead_ms)), band.top, 1, band.bottom - band.top);
}

