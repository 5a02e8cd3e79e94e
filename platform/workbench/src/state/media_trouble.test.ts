import { describe, expect, it } from 'vitest';
import { troubleOf } from './media_trouble';

describe('troubleOf', () => {
  it.each([
    [0, 'network'],
    [401, 'signed_out'],
    [503, 'busy'],
    [429, 'busy'],
  ] as const)('%i passes by itself: %s', (status, kind) => {
    expect(troubleOf(status, 0, 'x')).toEqual({ kind, detail: 'x', is_passing: true });
  });

  it.each([404, 403, 410])('%i does not', (status) => {
    expect(troubleOf(status, 0, '')).toEqual({ kind: 'gone', detail: '', is_passing: false });
  });

  it('loads a file that is there again, and calls it broken when that never helps', () => {
    expect(troubleOf(206, 0, 'format')).toBeNull();
    expect(troubleOf(206, 2, 'format')).toEqual({ kind: 'broken', detail: 'format', is_passing: false });
  });
});
