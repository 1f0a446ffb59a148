/** Of several things that are opened one after the other, the last one chosen is taken, whichever is there first. */
export class LastChosen<Choice, Opened> {
  private turn = 0;
  private current: { readonly choice: Choice } | null = null;

  constructor(private readonly take: (opened: Opened) => void) {}

  /** The choice that is being opened, which will be taken unless another follows; null while none is. */
  get opening(): { readonly choice: Choice } | null {
    return this.current;
  }

  /**
   * @returns whether it was taken: not when another was chosen before it was there
   * @throws what the opening rejects with, unless another was chosen meanwhile, since of this one nobody needs to know any more
   */
  async open(choice: Choice, opening: Promise<Opened>): Promise<boolean> {
    const turn = ++this.turn;
    this.current = { choice };
    try {
      const opened = await opening;
      if (turn === this.turn) {
        this.take(opened);
      }
    } catch (error) {
      if (turn === this.turn) {
        throw error;
      }
    } finally {
      if (turn === this.turn) {
        this.current = null;
      }
    }
    return turn === this.turn;
  }
}
