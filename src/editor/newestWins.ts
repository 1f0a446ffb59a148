/** Runs work that must not overlap: new work aborts the work before it, and begins once that has ended. */
export class NewestWins {
  private newest: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null;

  /**
   * @param work is aborted when newer work comes; it may be aborted already when it begins
   * @returns the result of the work
   */
  async run<T>(work: (abort: AbortController) => Promise<T>): Promise<T> {
    const before = this.newest;
    before?.abort.abort();
    const abort = new AbortController();
    const result = (async () => {
      await before?.ended;
      return work(abort);
    })();
    // The caller receives a failure; the next work begins regardless.
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
