/**
 * Makes the entries of these keys the newest in a map that evicts its oldest, so that new entries do not evict those that are
 * needed now. Keys without an entry are ignored.
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
