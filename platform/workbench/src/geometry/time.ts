/** Times as people read and type them: `mm:ss.mmm`, and durations in words. */

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** `01:02.345`, with hours in front from one hour on. */
export function clockText(time_ms: number): string {
  const whole = Math.max(0, Math.round(time_ms));
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor(whole / 60_000) % 60;
  const seconds = Math.floor(whole / 1000) % 60;
  const tail = `${padded(minutes, 2)}:${padded(seconds, 2)}.${padded(whole % 1000, 3)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** Like `clockText`, but only as fine as `step_ms` needs: for the ruler. */
export function rulerText(time_ms: number, step_ms: number): string {
  const text = clockText(time_ms);
  if (step_ms >= 1000) return text.slice(0, -4);
  return step_ms >= 100 ? text.slice(0, -2) : text;
}

/** `4.2 s`, `3 min 05 s`, `2 h 10 min`. */
export function durationText(duration_ms: number): string {
  const seconds = Math.max(0, duration_ms) / 1000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${padded(whole % 60, 2)} s`;
  return `${Math.floor(whole / 3600)} h ${padded(Math.floor(whole / 60) % 60, 2)} min`;
}

/** Milliseconds of `1:02.345`, `62.3` (seconds) or `1:00:02`; null when it is no time. */
export function timeParsed(text: string): number | null {
  const parts = text.trim().split(':');
  if (parts.length > 3 || parts.some((part) => !/^\d+(\.\d+)?$/.test(part))) return null;
  const seconds = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(seconds * 1000);
}
