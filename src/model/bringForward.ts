/**
 * Makes the entries of these keys the newest of a map that drops its oldest, so that what is wanted now does not make room for what
 * comes beside it. Keys without an entry are passed over.
 */
export function bringForward<Key, Value>(kept: Map<Key, Value>, keys: Iterable<Key>): void {
  for (const key of keys) {
    const value = kept.get(key);
    if (value !== undefined) {
      kept.delete(key);
      kept.set(key, value);
    }
  }
}
