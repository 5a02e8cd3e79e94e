import { describe, expect, it } from 'vitest';
import { plainPhrase, slotAt, withPhrase } from './phrases';

describe('a phrase', () => {
  const phrase = '{A man} pushes {another man}.';

  it('is a fair sentence when nobody replaces anything', () => {
    expect(plainPhrase(phrase)).toBe('A man pushes another man.');
    expect(withPhrase('', 0, 0, phrase).text).toBe('A man pushes another man.');
  });

  it('goes to the caret with a space where words would run together', () => {
    const made = withPhrase('It is dark.', 11, 11, phrase);
    expect(made.text).toBe('It is dark. A man pushes another man.');
    expect(made.slots.at(-1)).toEqual({ fromEnd: 0, toEnd: 0 });
    expect(withPhrase('It is late.', 6, 11, phrase).text).toBe('It is A man pushes another man.');
    expect(withPhrase('then he leaves', 0, 0, 'Stop.').text).toBe('Stop. then he leaves');
    expect(withPhrase('天黑了。', 4, 4, '{一名男子}推搡{另一名男子}。').text).toBe('天黑了。一名男子推搡另一名男子。');
  });

  it('has slots that stay where they are while one types before them', () => {
    const made = withPhrase('Then ', 5, 5, phrase);
    const words = (text: string) => made.slots.map((slot) => text.slice(slotAt(text, slot).start, slotAt(text, slot).end));
    expect(words(made.text)).toEqual(['A man', 'another man', '']);
    expect(words(made.text.replace('A man', 'A woman with a dog'))[1]).toBe('another man');
  });
});
