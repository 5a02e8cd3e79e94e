/** The comment that a person was writing, kept in this browser through a lost network and a closed tab. */

function placeOf(user_id: number, video_id: number): string {
  return `vigil:comment:${user_id}:${video_id}`;
}

export function commentDraftOf(user_id: number, video_id: number): string {
  try {
    return localStorage.getItem(placeOf(user_id, video_id)) ?? '';
  } catch {
    return ''; // the browser keeps nothing for this site
  }
}

export function commentDraftKeep(user_id: number, video_id: number, text: string): void {
  try {
    if (text === '') localStorage.removeItem(placeOf(user_id, video_id));
    else localStorage.setItem(placeOf(user_id, video_id), text);
  } catch {
    return; // full or forbidden: the words are still in their box
  }
}
