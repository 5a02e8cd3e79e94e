/** The page of quick questions: /projects/{slug}/questions/. */
import { mount } from 'svelte';
import QuestionsPage from './components/QuestionsPage.svelte';
import { myKeys } from './services/my_keys.svelte';
import { outboxOpen } from './services/outbox';
import { pageRoot } from './services/page_root';
import { Scope } from './services/scope';

const scope = new Scope(); // of the whole page
const root = pageRoot(scope);
void myKeys.start(scope);
const slug = root.dataset.projectSlug;
const user_id = Number(root.dataset.userId);
if (!slug || !user_id) throw new Error('the page does not say which project and person it is for (data-project-slug, data-user-id)');
void outboxOpen(user_id).then((outbox) => mount(QuestionsPage, { target: root, props: { slug, outbox } }));
