/** Scores and frame times as the server packs them: bytes that are read in place, because a day has millions. */
import { CURVE_NAMES, type Scores } from './contract';

const FULL = 65_535;

function share(whole: Uint16Array): Float32Array {
  const shares = new Float32Array(whole.length);
  for (let index = 0; index < whole.length; index += 1) shares[index] = (whole[index] ?? 0) / FULL;
  return shares;
}

/** Clips (int32), their starts and ends (int32 ms), then raw, long, short and fused (uint16; 65,535 is a score of 1). */
export function unpackedScores(bytes: ArrayBuffer): Scores {
  const clips = bytes.byteLength >= 4 ? (new Int32Array(bytes, 0, 1)[0] ?? 0) : 0;
  if (bytes.byteLength !== 4 + clips * (2 * 4 + CURVE_NAMES.length * 2)) throw new RangeError('the scores are not whole');
  const curve = (index: number) => share(new Uint16Array(bytes, 4 + clips * (8 + 2 * index), clips));
  return {
    clip_start_ms: new Int32Array(bytes, 4, clips),
    clip_end_ms: new Int32Array(bytes, 4 + 4 * clips, clips),
    raw: curve(0),
    long: curve(1),
    short: curve(2),
    fused: curve(3),
  };
}

/** The presentation time of every frame in milliseconds. */
export function unpackedTimes(bytes: ArrayBuffer): Int32Array {
  if (bytes.byteLength % 4 !== 0) throw new RangeError('the frame times are not whole');
  return new Int32Array(bytes);
}
