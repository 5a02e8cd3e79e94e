/** Gives the person their work as a file, when the server does not want it. */
import type { Workbench, WorkDocument } from '../state/contract';

export function workDownload({ video, annotation, me }: Workbench, document: WorkDocument): void {
  const text = JSON.stringify({ video: video.name, annotation_id: annotation.id, by: me.name, document }, null, 1);
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = window.document.createElement('a');
  link.href = url;
  link.download = `${video.name}.${me.name}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
