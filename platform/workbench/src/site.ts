/** What every page gets: the look, the theme switch, htmx, and the progress of uploads. */
import './styles.css';
import htmx from 'htmx.org';
import { dropdownsClose } from './services/dropdowns';
import { filmsPlay, filmsRest } from './services/films';
import { leanAddresses } from './services/lean_addresses';
import { Scope } from './services/scope';
import { themeApply, themeChoices, themeFollow, themeToggle } from './services/theme';
import { uploadProgressShow } from './services/upload_progress';

const scope = new Scope(); // of the whole page
themeApply();
themeFollow(scope);
themeChoices(scope);
dropdownsClose(scope);
htmx.config.allowEval = false; // the content security policy forbids it anyway
htmx.config.includeIndicatorStyles = false;
// Going back asks the server again: what was seen then may be out of date.
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;

scope.listen(document, 'click', (event) => {
  const target = event.target instanceof Element ? event.target.closest('[data-theme-toggle]') : null;
  if (target) themeToggle();
});
scope.listen(document, 'submit', (event) => { uploadProgressShow(scope, event); });
leanAddresses(scope);
filmsPlay(scope);
htmx.onLoad((part) => { if (part instanceof Element) filmsRest(part); });
