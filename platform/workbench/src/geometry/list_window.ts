/** Which lines of a long list are built: the ones around the place that matters. */

export interface ListWindow {
  readonly from: number;
  readonly to: number;
}

const STEP = 30;

/** Up to `room` lines around `anchor`; moves in steps, so that the list is not rebuilt at every small pan. */
export function listWindow(count: number, anchor: number, room = 120): ListWindow {
  if (count <= room) return { from: 0, to: count };
  const middle = Math.floor(Math.max(0, anchor) / STEP) * STEP;
  const from = Math.min(Math.max(0, middle - Math.floor(room / 3)), count - room);
  return { from, to: from + room };
}
