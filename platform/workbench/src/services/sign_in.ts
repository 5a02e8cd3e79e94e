/** Logging in again without leaving the page, as the person for whom the page was made. */

export type SignedIn = 'in' | 'refused' | 'locked' | 'offline';

const LOGIN = '/login';

function isLogin(response: Response): boolean {
  return new URL(response.url).pathname === LOGIN;
}

async function formToken(response: Response): Promise<string> {
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  return page.querySelector<HTMLInputElement>('input[name=csrfmiddlewaretoken]')?.value ?? '';
}

function posted(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(path, { method: 'POST', body: new URLSearchParams(fields), credentials: 'same-origin' });
}

/** The login form of the server, fetched, filled in and sent. Somebody else's login in this browser is ended first. */
export async function signIn(name: string, password: string): Promise<SignedIn> {
  try {
    let form = await fetch(LOGIN, { credentials: 'same-origin' });
    if (form.ok && !isLogin(form)) {
      await posted('/logout', { csrfmiddlewaretoken: await formToken(form) });
      form = await fetch(LOGIN, { credentials: 'same-origin' });
    }
    const fields = { csrfmiddlewaretoken: await formToken(form), username: name, password };
    const answer = await posted(LOGIN, fields);
    if (answer.status === 429 || answer.status === 403) return 'locked';
    if (!answer.ok) return 'offline';
    return isLogin(answer) ? 'refused' : 'in';
  } catch (error) {
    if (error instanceof TypeError) return 'offline';
    throw error;
  }
}
