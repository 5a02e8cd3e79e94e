/** What a person was writing to others, kept in this browser through a lost network and a closed tab: a comment on a video,
 *  the reason why a segment is sent back. */

function commentPlace(user_id: number, video_id: number): string {
  return `vigil:comment:${user_id}:${video_id}`;
}

function reasonPlace(user_id: number, annotation_id: number, segment_key: string): string {
  return `vigil:reason:${user_id}:${annotation_id}:${segment_key}`;
}

function kept(place: string): string {
  try {
    return localStorage.getItem(place) ?? '';
  } catch {
    return ''; // the browser keeps nothing for this site
  }
}

function keep(place: string, text: string): void {
  try {
    if (text === '') localStorage.removeItem(place);
    else localStorage.setItem(place, text);
  } catch {
    return; // full or forbidden: the words are still in their box
  }
}

export function commentDraftOf(user_id: number, video_id: number): string {
  return kept(commentPlace(user_id, video_id));
}

export function commentDraftKeep(user_id: number, video_id: number, text: string): void {
  keep(commentPlace(user_id, video_id), text);
}

export function reasonDraftOf(user_id: number, annotation_id: number, segment_key: string): string {
  return kept(reasonPlace(user_id, annotation_id, segment_key));
}

export function reasonDraftKeep(user_id: number, annotation_id: number, segment_key: string, text: string): void {
  keep(reasonPlace(user_id, annotation_id, segment_key), text);
}
