/** The page of quick questions: /projects/{slug}/questions/. */
import { mount } from 'svelte';
import QuestionsPage from './components/QuestionsPage.svelte';
import { pageRoot } from './services/page_root';

const root = pageRoot();
const slug = root.dataset.projectSlug;
if (!slug) throw new Error('the page does not say which project it is for (data-project-slug)');
mount(QuestionsPage, { target: root, props: { slug } });
