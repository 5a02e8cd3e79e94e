/** Draws the segments: the model's as outlines, the person's as solid bars, the rejected ones struck out. */
import { BAR_LANES, rowBand, type Band, type BarLane, type Lanes } from '../geometry/lanes';
import type { Pen } from './draw_scores';
import type { Scene, TimelineBar } from './scene';

const RADIUS_PX = 3;
const HANDLE_FROM_PX = 16;
// Outlines of bars as narrow as this could not be told apart, and thousands of them would cost the frame rate.
const PLAIN_BELOW_PX = 7;
const LEAST_PX = 2;

function box(pen: Pen, bar: TimelineBar, band: Band): { x: number; y: number; width: number; height: number } {
  const x = pen.scale.x(bar.start_ms);
  return { x, y: band.top + 2, width: Math.max(LEAST_PX, pen.scale.x(bar.end_ms) - x), height: band.bottom - band.top - 4 };
}

function drawBar(pen: Pen, bar: TimelineBar, band: Band): void {
  const { canvas, palette } = pen;
  const { x, y, width, height } = box(pen, bar, band);
  if (width < PLAIN_BELOW_PX && !bar.isSelected && !bar.isMarked) {
    canvas.fillStyle = bar.color;
    canvas.globalAlpha = bar.outcome === 'rejected' ? 0.3 : bar.lane === 'you' ? 1 : 0.7;
    canvas.fillRect(x, y, width, height);
    canvas.globalAlpha = 1;
    return;
  }
  const isRejected = bar.outcome === 'rejected';
  canvas.beginPath();
  canvas.roundRect(x, y, width, height, Math.min(RADIUS_PX, width / 2));
  canvas.fillStyle = bar.color;
  canvas.globalAlpha = fillStrength(bar, palette.isDark);
  canvas.fill();
  canvas.globalAlpha = isRejected ? 0.45 : 1;
  canvas.strokeStyle = bar.color;
  canvas.lineWidth = 1.25;
  canvas.setLineDash(bar.lane !== 'you' || isRejected ? [4, 3] : []);
  canvas.stroke();
  canvas.setLineDash([]);
  if (isRejected) drawStrike(pen, x, y, width, height, bar.color);
  canvas.globalAlpha = 1;
  if (bar.isSelected || bar.isMarked) drawSelection(pen, x, y, width, height, bar.isSelected);
  if (width > 30) drawTitle(pen, bar, x, y, width, height);
}

function fillStrength(bar: TimelineBar, isDark: boolean): number {
  if (bar.outcome === 'rejected') return 0.07;
  if (bar.lane !== 'you') return isDark ? 0.2 : 0.14;
  return isDark ? 0.5 : 0.34;
}

function drawStrike(pen: Pen, x: number, y: number, width: number, height: number, color: string): void {
  const { canvas } = pen;
  canvas.strokeStyle = color;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.moveTo(x, y + height / 2);
  canvas.lineTo(x + width, y + height / 2);
  canvas.stroke();
}

function drawSelection(pen: Pen, x: number, y: number, width: number, height: number, hasHandles: boolean): void {
  const { canvas, palette } = pen;
  canvas.strokeStyle = palette.select;
  canvas.lineWidth = 1.5;
  canvas.beginPath();
  canvas.roundRect(x - 1, y - 1, width + 2, height + 2, RADIUS_PX + 1);
  canvas.stroke();
  if (!hasHandles || width < HANDLE_FROM_PX) return;
  canvas.fillStyle = palette.select;
  for (const left of [x, x + width - 4]) {
    canvas.beginPath();
    canvas.roundRect(left, y + height * 0.22, 4, height * 0.56, 2);
    canvas.fill();
  }
}

function drawTitle(pen: Pen, bar: TimelineBar, x: number, y: number, width: number, height: number): void {
  const { canvas, palette, scale } = pen;
  const left = Math.max(x, scale.left_px) + 7;
  const right = Math.min(x + width, scale.left_px + scale.width_px) - 6;
  if (right - left < 20) return;
  canvas.save();
  canvas.beginPath();
  canvas.rect(left, y, right - left, height);
  canvas.clip();
  canvas.fillStyle = palette.playhead;
  canvas.globalAlpha = bar.outcome === 'rejected' ? 0.5 : 0.95;
  const mark = { accepted: '✓ ', changed: '✎ ', manual: '', rejected: '✕ ' };
  const percent = bar.outcome === null && bar.confidence !== null ? `  ${Math.round(bar.confidence * 100)} %` : '';
  canvas.fillText((bar.outcome ? mark[bar.outcome] : '') + bar.title + percent, left, y + height / 2 + 0.5);
  canvas.restore();
}

export function drawBars(pen: Pen, scene: Scene, lanes: Lanes): void {
  for (const lane of BAR_LANES) {
    if (lanes[lane].bottom > lanes[lane].top) drawLane(pen, scene, lane, lanes[lane]);
  }
  if (scene.bars.count('model') === 0) drawEmpty(pen, scene.emptyModel, lanes.model);
  if (scene.bars.count('you') === 0 && !scene.draft) drawEmpty(pen, scene.emptyYou, lanes.you);
  if (scene.draft) drawDraft(pen, scene.draft, lanes.you);
}

function drawLane(pen: Pen, scene: Scene, lane: BarLane, band: Band): void {
  const { scale } = pen;
  const rows = scene.bars.rows(lane);
  // Zoomed far out many bars share a pixel: what lies inside what is drawn already is not drawn again.
  const drawnTo = new Float64Array(rows).fill(-Infinity);
  const onTop: TimelineBar[] = [];
  for (const bar of scene.bars.during(lane, scale.view.start_ms, scale.view.end_ms)) {
    const row = scene.bars.row(bar.id);
    if (bar.isSelected || bar.isMarked) onTop.push(bar);
    else if (Math.max(scale.x(bar.end_ms), scale.x(bar.start_ms) + LEAST_PX) > (drawnTo[row] ?? 0) + 0.5) {
      drawBar(pen, bar, rowBand(band, row, rows));
      drawnTo[row] = scale.x(bar.end_ms);
    }
    if (bar.end_ms > scene.duration_ms) drawPastEnd(pen, scene, rowBand(band, row, rows));
  }
  for (const bar of onTop) drawBar(pen, bar, rowBand(band, scene.bars.row(bar.id), rows));
}

/** Says that a segment goes on where the video does not. */
function drawPastEnd(pen: Pen, scene: Scene, band: Band): void {
  const { canvas, palette, scale } = pen;
  const x = scale.x(scene.duration_ms);
  if (x > scale.left_px + scale.width_px + 1) return;
  const width = canvas.measureText(scene.pastEnd).width + 12;
  canvas.fillStyle = palette.ground;
  canvas.strokeStyle = palette.question;
  canvas.lineWidth = 1;
  canvas.beginPath();
  canvas.roundRect(x - width - 3, (band.top + band.bottom) / 2 - 9, width, 18, 3);
  canvas.fill();
  canvas.stroke();
  canvas.fillStyle = palette.text;
  canvas.fillText(scene.pastEnd, x - width + 3, (band.top + band.bottom) / 2 + 0.5);
}

function drawEmpty(pen: Pen, text: string, band: Band): void {
  pen.canvas.fillStyle = pen.palette.faint;
  pen.canvas.fillText(text, pen.scale.left_px + 10, (band.top + band.bottom) / 2 + 0.5);
}

function drawDraft(pen: Pen, draft: NonNullable<Scene['draft']>, band: Band): void {
  const { canvas, scale } = pen;
  const x = scale.x(draft.start_ms);
  canvas.fillStyle = draft.color;
  canvas.strokeStyle = draft.color;
  canvas.lineWidth = 1.5;
  canvas.beginPath();
  canvas.roundRect(x, band.top + 2, Math.max(2, scale.x(draft.end_ms) - x), band.bottom - band.top - 4, RADIUS_PX);
  canvas.globalAlpha = 0.3;
  canvas.fill();
  canvas.globalAlpha = 1;
  canvas.stroke();
}
