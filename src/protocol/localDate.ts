/** The user's date at a moment, in the form of ISO 8601: the locale of a process need not be the user's. */
export function localDate(moment: string): string {
  const date = new Date(moment);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
