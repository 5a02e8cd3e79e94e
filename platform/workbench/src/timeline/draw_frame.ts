/** Draws one whole picture of the timeline, lane by lane. */
import type { FrameTable } from '../geometry/frames';
import { GUTTER_PX, RIGHT_AIR_PX, type Band, type Lanes } from '../geometry/lanes';
import { rulerOf } from '../geometry/ruler';
import { clockText, rulerText } from '../geometry/time';
import { Scale } from '../geometry/view';
import { drawBars } from './draw_bars';
import { drawMapWindow, mapScale, type Size } from './draw_map';
import { drawLoop, drawMarkLane, drawMarks } from './draw_marks';
import { drawGrid, drawScores, type Pen } from './draw_scores';
import type { Palette } from './palette';
import type { Scene } from './scene';

const NAMED = ['filmstrip', 'scores', 'clicks', 'model', 'others', 'you'] as const;

export function plotScale(scene: Scene, size: Size): Scale {
  return new Scale(scene.view, GUTTER_PX, Math.max(1, size.width - GUTTER_PX - RIGHT_AIR_PX));
}

/** `map` is the minimap's unchanging part, drawn once by `drawMap` and only copied here. */
export function drawFrame(
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  size: Size,
  lanes: Lanes,
  palette: Palette,
  map: CanvasImageSource,
  frames: FrameTable,
): void {
  canvas.fillStyle = palette.ground;
  canvas.fillRect(0, 0, size.width, size.height);
  canvas.font = '11px system-ui, sans-serif';
  canvas.textBaseline = 'middle';
  const pen: Pen = { canvas, palette, scale: plotScale(scene, size) };
  for (const name of NAMED) drawLaneGround(pen, scene.laneNames[name], lanes[name], name === 'scores');
  drawRuler(pen, lanes.ruler);
  canvas.save();
  canvas.beginPath();
  canvas.rect(pen.scale.left_px, 0, pen.scale.width_px, lanes.you.bottom);
  canvas.clip();
  drawFilmstrip(pen, scene, lanes.filmstrip);
  drawFrameEdges(pen, frames, lanes);
  drawQuestion(pen, scene, lanes);
  drawLoop(pen, scene, lanes);
  canvas.restore();
  drawClippedScores(pen, scene, lanes);
  canvas.save();
  canvas.beginPath();
  canvas.rect(pen.scale.left_px - 1, 0, pen.scale.width_px + 2, lanes.you.bottom);
  canvas.clip();
  drawMarkLane(pen, scene, lanes.clicks);
  drawBars(pen, scene, lanes);
  drawMarks(pen, scene, lanes);
  canvas.restore();
  canvas.drawImage(map, 0, lanes.minimap.top, size.width, lanes.minimap.bottom - lanes.minimap.top);
  drawMapWindow({ canvas, palette, scale: mapScale(scene, size) }, scene, lanes.minimap);
  drawPlayhead(pen, scene, lanes);
}

function drawClippedScores(pen: Pen, scene: Scene, lanes: Lanes): void {
  const { canvas, scale } = pen;
  drawGrid(pen, lanes.scores);
  canvas.save();
  canvas.beginPath();
  canvas.rect(scale.left_px, lanes.scores.top, scale.width_px, lanes.scores.bottom - lanes.scores.top);
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

const FRAME_EDGES_FROM_PX = 7;

/** Zoomed in so far that single frames can be told apart, each begins with a line. */
function drawFrameEdges(pen: Pen, frames: FrameTable, lanes: Lanes): void {
  const { canvas, palette, scale } = pen;
  const first = frames.frameAt(scale.view.start_ms);
  const last = frames.frameAt(scale.view.end_ms);
  if (scale.width_px / Math.max(1, last - first) < FRAME_EDGES_FROM_PX) return;
  canvas.fillStyle = palette.line;
  for (let frame = first; frame <= last; frame += 1) {
    const x = Math.round(scale.x(frames.startOf(frame)));
    canvas.fillRect(x, lanes.filmstrip.top, 1, lanes.you.bottom - lanes.filmstrip.top);
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
