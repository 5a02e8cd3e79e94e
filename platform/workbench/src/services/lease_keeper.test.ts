import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeaseKeeper } from './lease_keeper.svelte';
import { Scope } from './scope';

const MINUTE_MS = 60_000;
let scope: Scope;
let isAwake: boolean;
let held: { id: number; lease_ms: number }[];
let renewed: number[][];
let gone: number[];
let taken: Set<number>;
let keeper: LeaseKeeper;

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  isAwake = true;
  held = [{ id: 1, lease_ms: 10 * MINUTE_MS }, { id: 2, lease_ms: 10 * MINUTE_MS }];
  [renewed, gone, taken] = [[], [], new Set()];
  keeper = new LeaseKeeper({
    scope,
    held: () => held,
    isAwake: () => isAwake,
    renew: (ids) => {
      renewed.push([...ids]);
      return Promise.resolve({ ids: ids.filter((id) => !taken.has(id)), lease_ms: 10 * MINUTE_MS });
    },
    onGone: (ids) => gone.push(...ids),
  });
});

afterEach(() => {
  scope.end();
  vi.useRealTimers();
});

describe('a lease', () => {
  it('is renewed while somebody works, with what is loaded beside', async () => {
    await vi.advanceTimersByTimeAsync(5 * MINUTE_MS);
    expect(renewed).toEqual([[1, 2], [1, 2]]);
    expect(keeper.left_ms).toBeNull();
  });

  it('is let go when nobody is there, after it was said', async () => {
    isAwake = false;
    await vi.advanceTimersByTimeAsync(7 * MINUTE_MS);
    expect([keeper.left_ms, renewed.length]).toEqual([null, 0]);
    await vi.advanceTimersByTimeAsync(1.5 * MINUTE_MS);
    expect(keeper.left_ms).toBeGreaterThan(MINUTE_MS);
    await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
    expect(keeper.left_ms).toBe(0);
    isAwake = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect([keeper.left_ms, gone]).toEqual([null, []]);
  });

  it('tells of questions that somebody else took', async () => {
    taken.add(1);
    await keeper.renew();
    expect(gone).toEqual([1]);
  });

  it('is not told of a question that was answered while the server thought', async () => {
    taken.add(1);
    const renewal = keeper.renew();
    held = held.slice(1);
    await renewal;
    expect(gone).toEqual([]);
  });
});
