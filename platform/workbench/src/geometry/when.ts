/** A moment of the calendar as people read it in a list: the time alone today, the date before it otherwise. */
export function whenText(iso: string, now: Date, language: string): string {
  const at = new Date(iso);
  const isToday = at.toDateString() === now.toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  const date: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', ...(at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) };
  return at.toLocaleString(language, isToday ? time : { ...date, ...time });
}
