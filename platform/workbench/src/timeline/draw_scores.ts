/** Draws the score lane: the band between the branches, their thin curves, and the fused score that segments are cut from. */
import { columnsOf, type Column } from '../geometry/curves';
import type { Band } from '../geometry/lanes';
import type { Scale } from '../geometry/view';
import type { CurveName } from '../state/contract';
import type { Palette } from './palette';
import type { Curves, Scene } from './scene';

export interface Pen {
  readonly canvas: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly scale: Scale;
}

function heightOf(band: Band): (score: number) => number {
  const [top, bottom] = [band.top + 4, band.bottom - 3];
  return (score) => bottom - Math.min(Math.max(score, 0), 1) * (bottom - top);
}

function scoreGradient(pen: Pen, band: Band): CanvasGradient {
  const gradient = pen.canvas.createLinearGradient(0, band.top, 0, band.bottom);
  gradient.addColorStop(0, pen.palette.high);
  gradient.addColorStop(0.45, pen.palette.middle);
  gradient.addColorStop(1, pen.palette.low);
  return gradient;
}

function columns(pen: Pen, curves: Curves, name: CurveName): Column[] {
  return columnsOf(curves.times_ms, curves.of[name], pen.scale.view, Math.max(1, Math.floor(pen.scale.width_px)));
}

/** A line through every column; where a column holds many clips it spans from their lowest to their highest. */
function trace(pen: Pen, points: readonly Column[], y: (score: number) => number): void {
  const { canvas, scale } = pen;
  canvas.beginPath();
  points.forEach((point, index) => {
    const x = scale.x(point.time_ms);
    if (index === 0) canvas.moveTo(x, y(point.high));
    else canvas.lineTo(x, y(point.high));
    if (point.low !== point.high) canvas.lineTo(x, y(point.low));
  });
}

/** Whether columns stand side by side, one a pixel: then plain rectangles draw them, many times faster than a path. */
function areDense(pen: Pen, points: readonly Column[]): boolean {
  return points.length > pen.scale.width_px * 0.75 && points.some((point) => point.low !== point.high);
}

/** Each column from its highest to its lowest, at least as thick as a line, and without a gap to the one before. */
function traceDense(pen: Pen, points: readonly Column[], y: (score: number) => number, thick_px: number): void {
  const { canvas, scale } = pen;
  let before = points[0];
  for (const point of points) {
    const top = y(Math.max(point.high, before?.low ?? point.high));
    const bottom = y(Math.min(point.low, before?.high ?? point.low));
    canvas.fillRect(Math.floor(scale.x(point.time_ms)), top - thick_px / 2, 1, bottom - top + thick_px);
    before = point;
  }
}

function fillDense(pen: Pen, points: readonly Column[], lower: (index: number) => number, y: (score: number) => number): void {
  points.forEach((point, index) => {
    const top = y(point.high);
    pen.canvas.fillRect(Math.floor(pen.scale.x(point.time_ms)), top, 1, lower(index) - top);
  });
}

function stroked(pen: Pen, points: readonly Column[], y: (score: number) => number, style: string | CanvasGradient, thick_px: number): void {
  const { canvas } = pen;
  if (areDense(pen, points)) {
    canvas.fillStyle = style;
    traceDense(pen, points, y, thick_px);
    return;
  }
  canvas.strokeStyle = style;
  canvas.lineWidth = thick_px;
  trace(pen, points, y);
  canvas.stroke();
}

function fillBetween(pen: Pen, upper: readonly Column[], lower: (index: number) => number, y: (score: number) => number): void {
  const { canvas, scale } = pen;
  if (areDense(pen, upper)) {
    fillDense(pen, upper, lower, y);
    return;
  }
  canvas.beginPath();
  upper.forEach((point, index) => {
    if (index === 0) canvas.moveTo(scale.x(point.time_ms), y(point.high));
    else canvas.lineTo(scale.x(point.time_ms), y(point.high));
  });
  for (let index = upper.length - 1; index >= 0; index -= 1) {
    const point = upper[index];
    if (point) canvas.lineTo(scale.x(point.time_ms), lower(index));
  }
  canvas.closePath();
  canvas.fill();
}

const ALL_NUMBERS_FROM_PX = 56;

/** Lines and numbers behind the curves; the numbers stand left of the plot. */
export function drawGrid(pen: Pen, band: Band): void {
  const y = heightOf(band);
  const { canvas, palette, scale } = pen;
  canvas.strokeStyle = palette.line;
  canvas.lineWidth = 1;
  for (const score of [0, 0.25, 0.5, 0.75, 1]) {
    const line = Math.round(y(score)) + 0.5;
    canvas.globalAlpha = score % 0.5 === 0 ? 1 : 0.45;
    canvas.beginPath();
    canvas.moveTo(scale.left_px, line);
    canvas.lineTo(scale.left_px + scale.width_px, line);
    canvas.stroke();
  }
  canvas.globalAlpha = 1;
  canvas.fillStyle = palette.faint;
  canvas.textAlign = 'right';
  for (const [text, score] of [
    ['1', 1],
    ['.5', 0.5],
    ['0', 0],
  ] as const) {
    if (score === 0.5 && band.bottom - band.top < ALL_NUMBERS_FROM_PX) continue;
    canvas.fillText(text, scale.left_px - 5, Math.min(Math.max(y(score), band.top + 6), band.bottom - 5));
  }
  canvas.textAlign = 'left';
}

function drawDoubt(pen: Pen, scene: Scene, band: Band): void {
  const { canvas, palette, scale } = pen;
  canvas.fillStyle = palette.question;
  let drawnTo = -Infinity;
  for (const stretch of scene.uncertain) {
    if (stretch.end_ms < scale.view.start_ms || stretch.start_ms > scale.view.end_ms) continue;
    const left = scale.x(stretch.start_ms);
    const right = scale.x(stretch.end_ms);
    if (right < drawnTo + 1) continue; // zoomed out, many share a pixel
    drawnTo = right;
    canvas.globalAlpha = 0.35 + 0.6 * stretch.doubt;
    canvas.fillRect(left, band.top, Math.max(2, right - left), 2);
  }
  canvas.globalAlpha = 1;
}

export function drawScores(pen: Pen, scene: Scene, band: Band): void {
  const { canvas, palette } = pen;
  const y = heightOf(band);
  const { curves } = scene;
  if (!curves) return;
  if (scene.isBandShown) {
    const high = columnsOf(curves.times_ms, curves.highest, pen.scale.view, Math.floor(pen.scale.width_px));
    const low = columnsOf(curves.times_ms, curves.lowest, pen.scale.view, Math.floor(pen.scale.width_px));
    canvas.fillStyle = palette.long;
    canvas.globalAlpha = palette.isDark ? 0.16 : 0.13;
    fillBetween(pen, high, (index) => y(low[index]?.low ?? 0), y);
    canvas.globalAlpha = 1;
  }
  const thin: readonly [CurveName, string][] = [
    ['raw', palette.raw],
    ['long', palette.long],
    ['short', palette.short],
  ];
  canvas.lineJoin = 'bevel';
  for (const [name, color] of thin) {
    if (!scene.shownCurves.has(name)) continue;
    canvas.globalAlpha = 0.85;
    stroked(pen, columns(pen, curves, name), y, color, 1.1);
  }
  canvas.globalAlpha = 1;
  if (scene.shownCurves.has('fused')) drawFused(pen, curves, band, y);
  drawDoubt(pen, scene, band);
}

function drawFused(pen: Pen, curves: Curves, band: Band, y: (score: number) => number): void {
  const { canvas, palette } = pen;
  const points = columns(pen, curves, 'fused');
  const gradient = scoreGradient(pen, band);
  canvas.fillStyle = gradient;
  canvas.globalAlpha = palette.isDark ? 0.2 : 0.16;
  fillBetween(pen, points, () => y(0), y);
  canvas.globalAlpha = 1;
  stroked(pen, points, y, gradient, 1.9);
}

/** The minimap's own picture of the fused score: a strip whose strength is the score. */
export function drawScoreStrip(pen: Pen, curves: Curves, band: Band): void {
  const { canvas } = pen;
  const points = columns(pen, curves, 'fused');
  const y = heightOf(band);
  canvas.fillStyle = scoreGradient(pen, band);
  canvas.globalAlpha = 0.55;
  fillBetween(pen, points, () => band.bottom - 1, y);
  canvas.globalAlpha = 1;
}
