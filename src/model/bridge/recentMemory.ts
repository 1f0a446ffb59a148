/** Remembers values by key: at least the last `size` that were asked for, and at most twice as many. */
export class RecentMemory<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly size: number) {}

  /** The value of a key, made where it is not known. */
  getOrMake(key: string, make: () => Value): Value {
    let value = this.young.get(key);
    if (value === undefined) {
      value = this.old.get(key) ?? make();
      this.young.set(key, value);
      if (this.young.size >= this.size) {
        this.old = this.young;
        this.young = new Map();
      }
    }
    return value;
  }
}
