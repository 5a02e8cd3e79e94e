/** Bars in the rows of their lanes, laid out once, so that a picture or a hit looks only at those it needs. */
import { firstNotBelow } from './curves';
import type { Bar, BarLane } from './lanes';

interface LaneBars<Kind extends Bar> {
  readonly sorted: readonly Kind[];
  /** The latest end of all bars up to and with this one: ascending, so that it can be searched. */
  readonly latestEnd: Float64Array;
  readonly rows: number;
}

const NO_BARS = { sorted: [], latestEnd: new Float64Array(0), rows: 1 };

export class BarLayout<Kind extends Bar = Bar> {
  private readonly lanes = new Map<BarLane, LaneBars<Kind>>();
  private readonly rowOf = new Map<string, number>();
  private readonly byId: ReadonlyMap<string, Kind>;

  constructor(readonly bars: readonly Kind[]) {
    this.byId = new Map(bars.map((bar) => [bar.id, bar]));
    for (const lane of new Set(bars.map((bar) => bar.lane))) this.lanes.set(lane, this.laidOut(bars.filter((bar) => bar.lane === lane)));
  }

  // A bar takes the first row that is free where it begins.
  private laidOut(bars: Kind[]): LaneBars<Kind> {
    const sorted = bars.sort((a, b) => a.start_ms - b.start_ms || b.end_ms - a.end_ms);
    const latestEnd = new Float64Array(sorted.length);
    const ends: number[] = [];
    sorted.forEach((bar, index) => {
      const free = ends.findIndex((end) => end <= bar.start_ms);
      const row = free < 0 ? ends.length : free;
      ends[row] = bar.end_ms;
      this.rowOf.set(bar.id, row);
      latestEnd[index] = Math.max(latestEnd[index - 1] ?? 0, bar.end_ms);
    });
    return { sorted, latestEnd, rows: Math.max(1, ends.length) };
  }

  private of(lane: BarLane): LaneBars<Kind> {
    return this.lanes.get(lane) ?? NO_BARS;
  }

  find(id: string): Kind | null {
    return this.byId.get(id) ?? null;
  }

  row(id: string): number {
    return this.rowOf.get(id) ?? 0;
  }

  rows(lane: BarLane): number {
    return this.of(lane).rows;
  }

  count(lane: BarLane): number {
    return this.of(lane).sorted.length;
  }

  /** The bars of a lane that touch a stretch of time, in order of their starts. */
  during(lane: BarLane, start_ms: number, end_ms: number): Kind[] {
    const { sorted, latestEnd } = this.of(lane);
    const found: Kind[] = [];
    for (let index = firstNotBelow(latestEnd, start_ms); index < sorted.length; index += 1) {
      const bar = sorted[index];
      if (!bar || bar.start_ms > end_ms) break;
      if (bar.end_ms >= start_ms) found.push(bar);
    }
    return found;
  }
}
