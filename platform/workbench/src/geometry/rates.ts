/** Speeds of playing: the steps of the speed keys, and of J and L. */

export const RATES: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 6, 8, 12, 16];
const SHUTTLE_RATES: readonly number[] = [1, 2, 4, 8, 16];

/** The next faster (1) or slower (-1) speed; the last one stays. */
export function rateBeside(rate: number, direction: 1 | -1): number {
  const speed = Math.abs(rate);
  const beside = direction > 0 ? RATES.find((one) => one > speed) : RATES.findLast((one) => one < speed);
  return beside ?? speed;
}

/** The speed that a press of J (-1) or L (1) leads to, from the one it goes at; 0 when it stands. */
export function shuttleRate(rate: number, direction: 1 | -1): number {
  const speed = Math.sign(rate) === direction ? Math.abs(rate) : 0;
  const next = SHUTTLE_RATES.find((one) => one > speed) ?? Math.max(...SHUTTLE_RATES);
  return direction * next;
}
