/** Remembers values by key: at least the last `size` that were set or asked for, and at most twice as many. */
export class RecentMemory<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  constructor(private readonly size: number) {}

  get(key: string): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined) {
      return value;
    }
    const earlier = this.old.get(key);
    if (earlier !== undefined) {
      this.set(key, earlier);
    }
    return earlier;
  }

  set(key: string, value: Value): void {
    this.young.set(key, value);
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
  }

  /** The value of a key, made where it is not known. */
  getOrMake(key: string, make: () => Value): Value {
    let value = this.get(key);
    if (value === undefined) {
      value = make();
      this.set(key, value);
    }
    return value;
  }
}
