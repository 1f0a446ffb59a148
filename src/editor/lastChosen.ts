/** Of several things that are opened one after the other, the last one chosen is taken, whichever is there first. */
export class LastChosen<T> {
  private turn = 0;

  constructor(private readonly take: (opened: T) => void) {}

  /**
   * @returns whether it was taken: not when another was chosen before it was there
   * @throws what the opening rejects with, unless another was chosen meanwhile, since of this one nobody needs to know any more
   */
  async open(opening: Promise<T>): Promise<boolean> {
    const turn = ++this.turn;
    try {
      const opened = await opening;
      if (turn === this.turn) {
        this.take(opened);
      }
    } catch (error) {
      if (turn === this.turn) {
        throw error;
      }
    }
    return turn === this.turn;
  }
}
