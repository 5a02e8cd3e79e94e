import { describe, expect, it } from 'vitest';
import { rulerOf } from './ruler';

describe('rulerOf', () => {
  it('keeps labels apart at every zoom from a quarter second to a day', () => {
    for (let span = 250; span <= 86_400_000; span *= 1.7) {
      const ms_per_px = span / 1000;
      const ruler = rulerOf({ start_ms: 0, end_ms: span }, ms_per_px);
      expect(ruler.step_ms / ms_per_px).toBeGreaterThanOrEqual(84);
      expect(ruler.major_ms.length).toBeLessThanOrEqual(13);
    }
  });
  it('marks only times inside the view', () => {
    const ruler = rulerOf({ start_ms: 1234, end_ms: 9876 }, 10);
    expect(ruler.major_ms).toEqual([2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]);
    expect(ruler.minor_ms.every((time) => time >= 1234 && time <= 9876)).toBe(true);
  });
});
