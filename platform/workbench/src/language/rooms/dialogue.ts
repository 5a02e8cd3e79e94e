/** Texts of one room: the question and answer turns, drafts written anew, template phrases. */
const english = {} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {};

export const dialogue = { english, chinese };
