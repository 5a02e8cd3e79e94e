/** Draws what marks a time: taps and verdicts, the pointer, a start that waits for its end, a loop, a box. */
import type { Band, Lanes } from '../geometry/lanes';
import type { Pen } from './draw_scores';
import type { Mark, Scene } from './scene';

const TAP_PX = 4;

function colorOf(pen: Pen, mark: Mark): string {
  const { palette } = pen;
  return { tap: palette.question, yes: palette.high, no: palette.short, unsure: palette.raw, comment: palette.low }[mark.tone];
}

/** One's own are filled, others' are outlines: not told by colour alone. */
export function drawMarkLane(pen: Pen, scene: Scene, band: Band): void {
  if (band.bottom <= band.top) return;
  const { canvas, scale } = pen;
  const middle = (band.top + band.bottom) / 2;
  for (const mark of scene.marks) {
    if (mark.end_ms < scale.view.start_ms || mark.start_ms > scale.view.end_ms) continue;
    canvas.beginPath();
    const x = scale.x(mark.start_ms);
    if (mark.tone === 'tap') diamond(canvas, x, middle);
    else if (mark.tone === 'comment') pin(canvas, x, middle);
    else canvas.roundRect(x, middle - 3, Math.max(3, scale.x(mark.end_ms) - x), 6, 2);
    canvas.fillStyle = canvas.strokeStyle = colorOf(pen, mark);
    canvas.lineWidth = 1.5;
    if (mark.isMine || mark.tone === 'comment') canvas.fill();
    canvas.stroke();
  }
}

function diamond(canvas: CanvasRenderingContext2D, x: number, y: number): void {
  canvas.moveTo(x, y - TAP_PX);
  canvas.lineTo(x + TAP_PX, y);
  canvas.lineTo(x, y + TAP_PX);
  canvas.lineTo(x - TAP_PX, y);
  canvas.closePath();
}

function pin(canvas: CanvasRenderingContext2D, x: number, y: number): void {
  canvas.roundRect(x - 5, y - 6, 10, 8, 2);
  canvas.moveTo(x - 2, y + 2);
  canvas.lineTo(x, y + 6);
  canvas.lineTo(x + 2, y + 2);
}

export function drawLoop(pen: Pen, scene: Scene, lanes: Lanes): void {
  if (!scene.loop) return;
  const { canvas, palette, scale } = pen;
  const [left, right] = [scale.x(scene.loop.start_ms), scale.x(scene.loop.end_ms)];
  canvas.fillStyle = palette.low;
  canvas.globalAlpha = 0.1;
  canvas.fillRect(left, lanes.ruler.bottom, right - left, lanes.you.bottom - lanes.ruler.bottom);
  canvas.globalAlpha = 1;
  canvas.fillRect(left, lanes.ruler.bottom - 3, right - left, 3);
}

export function drawMarks(pen: Pen, scene: Scene, lanes: Lanes): void {
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
  if (scene.box) drawBox(pen, scene.box, { top: lanes.model.top, bottom: lanes.you.bottom });
}

function drawBox(pen: Pen, box: NonNullable<Scene['box']>, band: Band): void {
  const { canvas, palette, scale } = pen;
  const x = scale.x(box.start_ms);
  canvas.strokeStyle = canvas.fillStyle = palette.low;
  canvas.lineWidth = 1;
  canvas.globalAlpha = 0.12;
  canvas.fillRect(x, band.top, scale.x(box.end_ms) - x, band.bottom - band.top);
  canvas.globalAlpha = 1;
  canvas.strokeRect(x, band.top, scale.x(box.end_ms) - x, band.bottom - band.top);
}
