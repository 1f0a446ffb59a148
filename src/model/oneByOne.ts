/** A model that takes several states one after the other. */
export abstract class OneByOne<State> {
  abstract next(state: State, tokenId: number): State;
  abstract predict(state: State, probs: Float32Array): void;

  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[] {
    return states.map((state, i) => this.next(state, tokenIds[i]));
  }

  predictMany(states: readonly State[], probs: readonly Float32Array[]): void {
    for (const [i, state] of states.entries()) {
      this.predict(state, probs[i]);
    }
  }
}
