/**
 * The globs that are on in a value of `files.exclude` or `search.exclude`. VS Code hands on what a user wrote there, be it no
 * object, and does without it; so does this.
 */
export function globsThatAreOn(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [];
  }
  return Object.entries(given)
    .filter(([glob, on]) => glob !== '' && on === true)
    .map(([glob]) => glob);
}
