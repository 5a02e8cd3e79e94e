/** Why a video does not play, told from what the server answers when it is asked for the file's first bytes. */

export type TroubleKind = 'network' | 'signed_out' | 'busy' | 'gone' | 'broken';

export interface Trouble {
  readonly kind: TroubleKind;
  /** What the browser says of it. */
  readonly detail: string;
  /** Goes away without anybody mending the file: it is tried again by itself. */
  readonly is_passing: boolean;
}

/**
 * @param status of the answer; 0 when none came
 * @param reloads how often the file was there and yet did not load, in a row
 * @returns null when the file is there and it is worth loading it again
 */
export function troubleOf(status: number, reloads: number, detail: string): Trouble | null {
  if (status === 0) return { kind: 'network', detail, is_passing: true };
  if (status === 401) return { kind: 'signed_out', detail, is_passing: true };
  if (status === 429 || status >= 500) return { kind: 'busy', detail, is_passing: true };
  if (status >= 400) return { kind: 'gone', detail, is_passing: false };
  // It can be read: a short outage on the way, unless it fails time and again.
  return reloads < MAX_RELOADS ? null : { kind: 'broken', detail, is_passing: false };
}

const MAX_RELOADS = 2;
