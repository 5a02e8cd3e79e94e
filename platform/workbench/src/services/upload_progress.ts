/** The progress of a form with files: sends it in the background, fills the form's <progress>, then goes where the server says.
 * What it says is on the note's element, in the page's language: no page but the workbench loads the dictionaries. */
import type { Scope } from './scope';

function textOf(percent: number, texts: DOMStringMap): string {
  return percent < 100 ? (texts.sent ?? '').replace('{percent}', `${percent} %`) : (texts.checked ?? '');
}

/** Takes over the submit of a form that is marked `data-upload-progress`; without script the form works as it is. */
export function uploadProgressShow(scope: Scope, event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('uploadProgress' in form.dataset)) return;
  event.preventDefault();
  const bar = form.querySelector('progress');
  const note = form.querySelector<HTMLElement>('[data-upload-note]');
  const buttons = form.querySelectorAll<HTMLButtonElement>('button[type=submit]');
  const request = new XMLHttpRequest();
  const texts = note?.dataset ?? {};
  const show = (message: string) => {
    if (note) note.textContent = message;
  };
  const unlock = () => {
    for (const button of buttons) button.disabled = false;
  };
  scope.listen(request.upload, 'progress', (progress) => {
    const percent = progress.lengthComputable ? Math.floor((100 * progress.loaded) / progress.total) : 0;
    if (bar) {
      bar.hidden = false;
      bar.max = 100;
      bar.value = percent;
    }
    show(textOf(percent, texts));
  });
  scope.listen(request, 'load', () => {
    if (request.responseURL && request.status < 400 && request.responseURL !== location.href) {
      location.assign(request.responseURL);
      return;
    }
    // The same page came back, with its messages: show it as the browser would have.
    const page = new DOMParser().parseFromString(request.responseText, 'text/html');
    document.body.replaceWith(document.adoptNode(page.body));
  });
  scope.listen(request, 'error', () => {
    show(texts.cutOff ?? '');
    unlock();
  });
  for (const button of buttons) button.disabled = true;
  request.open(form.method || 'post', form.action || location.href);
  request.send(new FormData(form));
}
