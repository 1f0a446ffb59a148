const twoDigits = (part: number): string => String(part).padStart(2, '0');

/** The user's date at a moment, in the form of ISO 8601: the locale of a process need not be the user's. */
export function localDate(moment: string): string {
  const date = new Date(moment);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
}

/** The same with the time of day, to the minute. */
export function localMinute(moment: string): string {
  const date = new Date(moment);
  return `${localDate(moment)} ${[date.getHours(), date.getMinutes()].map(twoDigits).join(':')}`;
}
