/** Score curves at any zoom: the lowest and highest score under every pixel, in time that depends on pixels only. */

/** Lowest and highest of every run of 1, 2, 4, ... values, so that any range is answered in O(log n). */
export class RangeExtremes {
  private readonly lows: Float32Array[];
  private readonly highs: Float32Array[];

  constructor(values: ArrayLike<number>) {
    const base = new Float32Array(values);
    this.lows = [base];
    this.highs = [base];
    for (let size = base.length; size > 1; size = Math.ceil(size / 2)) this.addLevel(Math.ceil(size / 2));
  }

  private addLevel(size: number): void {
    const below = this.lows.length - 1;
    const [low, high] = [new Float32Array(size), new Float32Array(size)];
    const [lowBelow, highBelow] = [this.lows[below] ?? low, this.highs[below] ?? high];
    for (let index = 0; index < size; index += 1) {
      const left = 2 * index;
      const right = Math.min(left + 1, lowBelow.length - 1);
      low[index] = Math.min(lowBelow[left] ?? 0, lowBelow[right] ?? 0);
      high[index] = Math.max(highBelow[left] ?? 0, highBelow[right] ?? 0);
    }
    this.lows.push(low);
    this.highs.push(high);
  }

  get length(): number {
    return this.lows[0]?.length ?? 0;
  }

  at(index: number): number {
    return this.lows[0]?.[index] ?? 0;
  }

  /** Lowest and highest value of `[from, to)`; the range must not be empty. */
  over(from: number, to: number): { low: number; high: number } {
    let [low, high] = [Infinity, -Infinity];
    let [left, right, level] = [from, to, 0];
    const take = (index: number) => {
      low = Math.min(low, this.lows[level]?.[index] ?? Infinity);
      high = Math.max(high, this.highs[level]?.[index] ?? -Infinity);
    };
    while (left < right) {
      if (left & 1) take(left++);
      if (right & 1) take(--right);
      left >>= 1;
      right >>= 1;
      level += 1;
    }
    return { low, high };
  }
}

/** The first index whose value is not below `wanted`, in an ascending list. */
export function firstNotBelow(ascending: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Column {
  readonly time_ms: number;
  readonly low: number;
  readonly high: number;
}

/**
 * What to draw of a curve in a view: one column per clip where clips are wide, one per pixel where they are narrow.
 * One clip more on either side is given, so that a line runs to the edge of the picture.
 */
export function columnsOf(
  times_ms: ArrayLike<number>,
  extremes: RangeExtremes,
  view: { readonly start_ms: number; readonly end_ms: number },
  width_px: number,
): Column[] {
  const from = Math.max(0, firstNotBelow(times_ms, view.start_ms) - 1);
  const to = Math.min(extremes.length, firstNotBelow(times_ms, view.end_ms) + 1);
  const columns: Column[] = [];
  if (to - from <= 2 * width_px) {
    for (let index = from; index < to; index += 1) {
      columns.push({ time_ms: times_ms[index] ?? 0, low: extremes.at(index), high: extremes.at(index) });
    }
    return columns;
  }
  const step = (view.end_ms - view.start_ms) / width_px;
  let left = from;
  for (let column = 0; column < width_px; column += 1) {
    const right = Math.min(to, firstNotBelow(times_ms, view.start_ms + (column + 1) * step));
    if (right > left) columns.push({ time_ms: view.start_ms + (column + 0.5) * step, ...extremes.over(left, right) });
    left = Math.max(left, right);
  }
  return columns;
}
