/** Draws one whole picture of the timeline, lane by lane. */
import { GUTTER_PX, RIGHT_AIR_PX, type Band, type Lanes } from '../geometry/lanes';
import { rulerOf } from '../geometry/ruler';
import { clockText, rulerText } from '../geometry/time';
import { Scale, wholeView } from '../geometry/view';
import { drawBars } from './draw_bars';
import { drawScores, drawScoreStrip, type Pen } from './draw_scores';
import type { Palette } from './palette';
import type { Scene } from './scene';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function plotScale(scene: Scene, size: Size): Scale {
  return new Scale(scene.view, GUTTER_PX, Math.max(1, size.width - GUTTER_PX - RIGHT_AIR_PX));
}

export function mapScale(scene: Scene, size: Size): Scale {
  return new Scale(wholeView(scene.duration_ms), GUTTER_PX, Math.max(1, size.width - GUTTER_PX - RIGHT_AIR_PX));
}

/** `map` is the minimap's unchanging part, drawn once by `drawMap` and only copied here. */
export function drawFrame(
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  size: Size,
  lanes: Lanes,
  palette: Palette,
  map: CanvasImageSource,
): void {
  canvas.fillStyle = palette.ground;
  canvas.fillRect(0, 0, size.width, size.height);
  canvas.font = '11px system-ui, sans-serif';
  canvas.textBaseline = 'middle';
  const pen: Pen = { canvas, palette, scale: plotScale(scene, size) };
  for (const name of ['filmstrip', 'scores', 'model', 'you'] as const) drawLaneGround(pen, scene.laneNames[name], lanes[name], name === 'scores');
  drawRuler(pen, lanes.ruler);
  canvas.save();
  canvas.beginPath();
  canvas.rect(pen.scale.left_px, 0, pen.scale.width_px, lanes.you.bottom);
  canvas.clip();
  drawFilmstrip(pen, scene, lanes.filmstrip);
  drawQuestion(pen, scene, lanes);
  canvas.restore();
  drawClippedScores(pen, scene, lanes);
  canvas.save();
  canvas.beginPath();
  canvas.rect(pen.scale.left_px - 1, 0, pen.scale.width_px + 2, lanes.you.bottom);
  canvas.clip();
  drawBars(pen, scene, lanes);
  drawMarks(pen, scene, lanes);
  canvas.restore();
  canvas.drawImage(map, 0, lanes.minimap.top, size.width, lanes.minimap.bottom - lanes.minimap.top);
  drawMapWindow({ canvas, palette, scale: mapScale(scene, size) }, scene, lanes.minimap);
  drawPlayhead(pen, scene, lanes);
}

function drawClippedScores(pen: Pen, scene: Scene, lanes: Lanes): void {
  const { canvas, scale } = pen;
  canvas.save();
  canvas.beginPath();
  canvas.rect(scale.left_px - 24, lanes.scores.top, scale.width_px + 24, lanes.scores.bottom - lanes.scores.top);
  canvas.clip();
  drawScores(pen, scene, lanes.scores);
  canvas.restore();
}

function drawLaneGround(pen: Pen, name: string, band: Band, isHigh: boolean): void {
  if (band.bottom <= band.top) return;
  const { canvas, palette, scale } = pen;
  canvas.fillStyle = palette.lane;
  canvas.beginPath();
  canvas.roundRect(scale.left_px, band.top, scale.width_px, band.bottom - band.top, 2);
  canvas.fill();
  canvas.fillStyle = palette.faint;
  canvas.fillText(name, 8, isHigh ? band.top + 8 : (band.top + band.bottom) / 2);
}

function drawRuler(pen: Pen, band: Band): void {
  const { canvas, palette, scale } = pen;
  const ruler = rulerOf(scale.view, scale.msPerPx);
  canvas.fillStyle = palette.line;
  for (const time of ruler.minor_ms) canvas.fillRect(Math.round(scale.x(time)), band.bottom - 4, 1, 4);
  canvas.fillStyle = palette.faint;
  for (const time of ruler.major_ms) {
    const x = Math.round(scale.x(time));
    canvas.fillRect(x, band.bottom - 8, 1, 8);
    const text = rulerText(time, ruler.step_ms);
    if (x + 4 + canvas.measureText(text).width < scale.left_px + scale.width_px) canvas.fillText(text, x + 4, band.top + 8);
  }
}

function drawFilmstrip(pen: Pen, scene: Scene, band: Band): void {
  const strip = scene.filmstrip;
  if (!strip || band.bottom <= band.top) return;
  const { canvas, scale } = pen;
  const { geometry } = strip;
  const height = band.bottom - band.top;
  const slot_px = (height * geometry.tile_width) / geometry.tile_height;
  // Tile i is the frame on screen at i times the interval; each slot shows the one nearest to its middle.
  // Slots begin at whole multiples of their length, so that pictures do not swim while panning.
  const slot_ms = slot_px * scale.msPerPx;
  const first = Math.floor(scale.view.start_ms / slot_ms);
  const last = Math.floor(Math.min(scale.view.end_ms, scene.duration_ms) / slot_ms);
  for (let slot = first; slot <= last; slot += 1) {
    const tile = Math.min(geometry.count - 1, Math.max(0, Math.round(((slot + 0.5) * slot_ms) / geometry.interval_ms)));
    const [column, row] = [tile % geometry.columns, Math.floor(tile / geometry.columns)];
    const [sx, sy] = [column * geometry.tile_width, row * geometry.tile_height];
    canvas.drawImage(strip.image, sx, sy, geometry.tile_width, geometry.tile_height, scale.x(slot * slot_ms), band.top, slot_px - 1, height);
  }
}

function drawQuestion(pen: Pen, scene: Scene, lanes: Lanes): void {
  if (!scene.question) return;
  const { canvas, palette, scale } = pen;
  const [left, right] = [scale.x(scene.question.start_ms), scale.x(scene.question.end_ms)];
  canvas.fillStyle = palette.question;
  canvas.globalAlpha = 0.09;
  canvas.fillRect(left, lanes.scores.top, right - left, lanes.you.bottom - lanes.scores.top);
  canvas.globalAlpha = 0.9;
  for (const x of [left, right]) canvas.fillRect(Math.round(x), lanes.scores.top, 1, lanes.you.bottom - lanes.scores.top);
  canvas.fillRect(left, lanes.ruler.bottom - 2, right - left, 2);
  canvas.globalAlpha = 1;
}

function drawMarks(pen: Pen, scene: Scene, lanes: Lanes): void {
  const { canvas, palette, scale } = pen;
  const line = (time_ms: number, color: string, dash: number[]) => {
    canvas.strokeStyle = color;
    canvas.setLineDash(dash);
    canvas.lineWidth = 1;
    canvas.beginPath();
    canvas.moveTo(Math.round(scale.x(time_ms)) + 0.5, lanes.ruler.bottom);
    canvas.lineTo(Math.round(scale.x(time_ms)) + 0.5, lanes.you.bottom);
    canvas.stroke();
    canvas.setLineDash([]);
  };
  if (scene.hover_ms !== null) line(scene.hover_ms, palette.faint, [2, 3]);
  if (scene.guide_ms !== null) line(scene.guide_ms, palette.question, []);
  if (scene.pending_ms !== null) line(scene.pending_ms, palette.question, [5, 3]);
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
  for (const bar of scene.bars) {
    if (bar.outcome === 'rejected') continue;
    canvas.fillStyle = bar.color;
    canvas.globalAlpha = bar.lane === 'you' ? 1 : 0.55;
    canvas.fillRect(scale.x(bar.start_ms), band.top + 2, Math.max(2, scale.x(bar.end_ms) - scale.x(bar.start_ms)), bar.lane === 'you' ? 4 : 2);
  }
  canvas.globalAlpha = 1;
}

function drawMapWindow(pen: Pen, scene: Scene, band: Band): void {
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
  canvas.roundRect(left + 0.5, band.top + 0.5, Math.max(6, right - left) - 1, band.bottom - band.top - 1, 3);
  canvas.stroke();
  canvas.fillStyle = palette.playhead;
  canvas.fillRect(Math.round(scale.x(scene.playhead_ms)), band.top, 1, band.bottom - band.top);
}

function drawPlayhead(pen: Pen, scene: Scene, lanes: Lanes): void {
  const { canvas, palette, scale } = pen;
  const x = Math.round(scale.x(scene.playhead_ms));
  if (x < scale.left_px - 1 || x > scale.left_px + scale.width_px + 1) return;
  canvas.fillStyle = palette.playhead;
  canvas.fillRect(x, lanes.ruler.top + 6, 1, lanes.you.bottom - lanes.ruler.top - 6);
  canvas.beginPath();
  canvas.moveTo(x - 5, lanes.ruler.top + 4);
  canvas.lineTo(x + 6, lanes.ruler.top + 4);
  canvas.lineTo(x + 0.5, lanes.ruler.top + 12);
  canvas.closePath();
  canvas.fill();
  if (scene.hover_ms !== null) drawHoverTime(pen, scene.hover_ms, lanes.ruler);
}

function drawHoverTime(pen: Pen, hover_ms: number, band: Band): void {
  const { canvas, palette, scale } = pen;
  const text = clockText(hover_ms);
  const width = canvas.measureText(text).width + 10;
  const x = Math.min(Math.max(scale.x(hover_ms) - width / 2, scale.left_px), scale.left_px + scale.width_px - width);
  canvas.fillStyle = palette.lane;
  canvas.strokeStyle = palette.line;
  canvas.beginPath();
  canvas.roundRect(x, band.top + 0.5, width, 16, 3);
  canvas.fill();
  canvas.stroke();
  canvas.fillStyle = palette.text;
  canvas.fillText(text, x + 5, band.top + 9);
}
