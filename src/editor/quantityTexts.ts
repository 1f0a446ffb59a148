/** Sizes, times and counts in words. */
import type { Translate } from './translate';

export function sizeText(bytes: number): string {
  if (bytes < 1000) {
    return `${bytes} B`;
  }
  // Rounded up, a size below a million may be one.
  const [unit, size] = bytes >= 999_500 ? ['MB', bytes / 1e6] : ['kB', bytes / 1e3];
  return `${size < 9.95 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function durationText(t: Translate, seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) {
    return t('{0} s', whole);
  }
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? t('{0} min', minutes) : t('{0} h', (minutes / 60).toFixed(1));
}

/**
 * An activity and how much of it is done, in tens, as screen readers say each new text of a notification.
 * @param share 0 to 1; null while it is unknown
 */
export function activityShareText(t: Translate, activity: string, share: number | null): string {
  return share === null ? `${activity}…` : t('{0}: {1}', activity, t('{0} %', 10 * Math.floor(10 * share)));
}

export function filesText(t: Translate, count: number): string {
  return count === 1 ? t('1 file') : t('{0} files', count);
}
