/** What every page gets: the look, the theme switch, htmx, and the progress of uploads. */
import './styles.css';
import htmx from 'htmx.org';
import { dropdownsClose } from './services/dropdowns';
import { themeApply, themeFollow, themeToggle } from './services/theme';
import { uploadProgressShow } from './services/upload_progress';

themeApply();
themeFollow();
dropdownsClose();
htmx.config.allowEval = false; // the content security policy forbids it anyway
htmx.config.includeIndicatorStyles = false;

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target.closest('[data-theme-toggle]') : null;
  if (target) themeToggle();
});
document.addEventListener('submit', uploadProgressShow);
