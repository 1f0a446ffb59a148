/**
 * The globs that are on in a value of `files.exclude` or `search.exclude`. VS Code passes on what the user wrote, even if it is
 * not an object, and itself ignores such a value; so does this.
 */
export function globsThatAreOn(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [];
  }
  return Object.entries(given)
    .filter(([glob, on]) => glob !== '' && on === true)
    .map(([glob]) => glob);
}
