/** The page of one video: /videos/{id}/. */
import { mount } from 'svelte';
import WorkbenchPage from './components/WorkbenchPage.svelte';
import { myKeys } from './services/my_keys.svelte';
import { pageNumber, pageRoot } from './services/page_root';
import { Scope } from './services/scope';

const scope = new Scope(); // of the whole page
const root = pageRoot(scope);
void myKeys.start(scope);
const video_id = pageNumber(root, 'videoId', 'video');
if (video_id === null) throw new Error('the page does not say which video it is for (data-video-id)');
const props = {
  video_id,
  question_id: pageNumber(root, 'questionId', 'question'),
  annotation_id: pageNumber(root, 'annotationId', 'annotation'),
  at_ms: pageNumber(root, 'atMs', 'at'),
};
mount(WorkbenchPage, { target: root, props });
