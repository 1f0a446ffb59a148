/** Maps that keep their newest entries alone; a map lists its entries in the order in which they were added. */

export function evictOldest(map: Map<unknown, unknown>, mostKept: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= mostKept) {
      return;
    }
    map.delete(oldest);
  }
}

/** Makes an entry the newest, in place of the one that the key had, and evicts the oldest beyond `mostKept`. */
export function setNewest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, mostKept: number): void {
  map.delete(key);
  map.set(key, value);
  evictOldest(map, mostKept);
}

/** The value of a key, made where there is none, and the newest from now on. */
export function getOrMake<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  mostKept: number,
  make: () => Value,
): Value {
  const value = map.get(key) ?? make();
  setNewest(map, key, value, mostKept);
  return value;
}

/**
 * Makes the entries of these keys the newest, so that new entries do not evict those that are needed now. Keys without an entry
 * are ignored.
 */
export function bringForward<Key, Value>(map: Map<Key, Value>, keys: Iterable<Key>): void {
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) {
      map.delete(key);
      map.set(key, value);
    }
  }
}
