/** Of several things being opened, takes only the one chosen last, whichever finishes first. */
export class LastChosen<Choice, Opened> {
  private turn = 0;
  private current: { readonly choice: Choice } | null = null;

  constructor(private readonly take: (opened: Opened) => void) {}

  /** The choice being opened, which will be taken unless another follows; null while none is being opened. */
  get opening(): { readonly choice: Choice } | null {
    return this.current;
  }

  /**
   * @returns whether it was taken; false when another was chosen before it was open
   * @throws what the opening rejects with, unless another was chosen meanwhile, as the failure then concerns nobody
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
