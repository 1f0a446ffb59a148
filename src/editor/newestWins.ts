/** Of works that must not overlap, the newest takes the place of the one before, and begins once that has come to its end. */
export class NewestWins {
  private newest: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;

  /**
   * @param work is aborted when a newer one comes, be it before it has begun
   * @returns what the work gives
   */
  async run<T>(work: (abort: AbortController) => Promise<T>): Promise<T> {
    const before = this.newest;
    before?.abort.abort();
    const abort = new AbortController();
    const result = (async () => {
      await before?.ended;
      return work(abort);
    })();
    // Who asked for the work hears of its failure; the next one begins all the same.
    const turn = { abort, ended: result.catch(() => undefined) };
    this.newest = turn;
    try {
      return await result;
    } finally {
      this.newest = this.newest === turn ? null : this.newest;
    }
  }

  cancel(): void {
    this.newest?.abort.abort();
  }
}
