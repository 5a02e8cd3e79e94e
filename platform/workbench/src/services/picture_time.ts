/** The media time of the very picture on screen, asked of the picture itself; null where the browser cannot tell. */
export function pictureTime(video: HTMLVideoElement): number | null {
  // Browsers keep VideoFrame from pages that are not on https or localhost.
  if (!('VideoFrame' in window) || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  try {
    const picture = new VideoFrame(video);
    const time_ms = picture.timestamp / 1000;
    picture.close();
    return time_ms;
  } catch (error) {
    if (error instanceof DOMException) return null; // nothing is on screen yet
    throw error;
  }
}
