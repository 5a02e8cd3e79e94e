/** The template's questions and phrases, fetched when somebody first writes, in the language that the person writes in. */
import type { Phrasebook } from '../state/contract';
import { ApiError, phrasesOf } from './api';

const SHOWN = 9;

export class Phrasebooks {
  books = $state.raw<readonly Phrasebook[]>([]);
  language = $state('');
  private isAskedFor = false;

  constructor(private readonly slug: string) {}

  private get remembered(): string {
    return `vigil:phrases:${this.slug}`;
  }

  async load(): Promise<void> {
    if (this.isAskedFor) return;
    this.isAskedFor = true;
    try {
      const { books } = await phrasesOf(this.slug);
      this.books = books;
      const codes = books.map((book) => book.language);
      const wanted = [localStorage.getItem(this.remembered) ?? '', document.documentElement.lang];
      const isSame = (code: string, other: string) => code.toLowerCase() === other.toLowerCase();
      this.language = wanted.map((one) => codes.find((code) => isSame(code, one))).find((code) => code !== undefined) ?? codes[0] ?? '';
    } catch (error) {
      // Without them one writes by oneself; the next editor asks again.
      if (!(error instanceof ApiError)) throw error;
      this.isAskedFor = false;
    }
  }

  choose(language: string): void {
    this.language = language;
    localStorage.setItem(this.remembered, language);
  }

  private get book(): Phrasebook | null {
    return this.books.find((book) => book.language === this.language) ?? null;
  }

  /** The phrases for a label, as many as there are keys. */
  phrases(label: string): readonly string[] {
    const { book } = this;
    return book ? [...(book.phrases.labels[label] ?? []), ...book.phrases.any].slice(0, SHOWN) : [];
  }

  questions(label: string): readonly string[] {
    const { book } = this;
    return book ? [...(book.questions.labels[label] ?? []), ...book.questions.any] : [];
  }

  /** A language in its own words: English, 简体中文. */
  title(language: string): string {
    return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  }
}
