/** Tokens in the order of their bytes, to find those that begin with given bytes. */
export class PrefixIndex {
  private readonly sortedIds: Int32Array;
  /** Length of the longest token in bytes. */
  readonly longest: number;

  /** @param tokens bytes by id; tokens that are null or empty are in no answer */
  constructor(readonly tokens: readonly (Uint8Array | null)[]) {
    this.sortedIds = Int32Array.from(tokens.keys())
      .filter((id) => (tokens[id]?.length ?? 0) > 0)
      .sort((a, b) => compareRange(tokens[a]!, tokens[b]!, 0, tokens[b]!.length) || a - b);
    this.longest = this.sortedIds.reduce((most, id) => Math.max(most, tokens[id]!.length), 0);
  }

  /** Tokens that begin with the bytes from a place on and go on beyond them; a view, in the order of their bytes. */
  longerThan(bytes: Uint8Array, from: number): Int32Array {
    const start = this.lowerBound(bytes, from, bytes.length, true);
    let low = start;
    let high = this.sortedIds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.beginsWith(this.sortedIds[middle], bytes, from)) low = middle + 1;
      else high = middle;
    }
    return this.sortedIds.subarray(start, low);
  }

  /** The token that is bytes[from, to); null when there is none. */
  find(bytes: Uint8Array, from = 0, to = bytes.length): number | null {
    const place = this.lowerBound(bytes, from, to, false);
    const id = this.sortedIds[place];
    return id !== undefined && compareRange(this.tokens[id]!, bytes, from, to) === 0 ? id : null;
  }

  /** The longest token that the bytes from a place on begin with; null when there is none. */
  longestAt(bytes: Uint8Array, from: number): number | null {
    for (let end = Math.min(bytes.length, from + this.longest); end > from; end--) {
      const id = this.find(bytes, from, end);
      if (id !== null) {
        return id;
      }
    }
    return null;
  }

  /** The first place whose token is not less than bytes[from, to), or, with `after`, is greater. */
  private lowerBound(bytes: Uint8Array, from: number, to: number, after: boolean): number {
    let low = 0;
    let high = this.sortedIds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareRange(this.tokens[this.sortedIds[middle]]!, bytes, from, to);
      if (order < 0 || (after && order === 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private beginsWith(id: number, bytes: Uint8Array, from: number): boolean {
    const token = this.tokens[id]!;
    for (let i = from; i < bytes.length; i++) {
      if (token[i - from] !== bytes[i]) {
        return false;
      }
    }
    return true;
  }
}

function compareRange(token: Uint8Array, bytes: Uint8Array, from: number, to: number): number {
  const length = Math.min(token.length, to - from);
  for (let i = 0; i < length; i++) {
    if (token[i] !== bytes[from + i]) {
      return token[i] - bytes[from + i];
    }
  }
  return token.length - (to - from);
}
