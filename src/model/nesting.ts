/** Nesting of lists and objects in what a file describes; deeply nested models and tokenizers reach some dozens. */
const MOST_LEVELS = 500;

/**
 * Whether a value from JSON is nested so deeply that no program wrote it. `JSON.parse` reads any depth, but `JSON.stringify`, and
 * all else that descends by recursion, would exhaust the stack.
 */
export function isNestedTooDeeply(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) {
      return true;
    }
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
  }
  return false;
}
