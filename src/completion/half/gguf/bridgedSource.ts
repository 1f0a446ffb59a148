/** Answers questions in the shared tokens with a model that has tokens of its own. */
import type { Expert } from '../../../model/expert';
import type { Question } from '../remoteExpert';

/** Places remembered, some hundred bytes each. Beyond that all are dropped, and a text is read from its beginning again. */
const MOST_PLACES = 1 << 15;

interface Place<State> {
  readonly state: State;
  readonly children: Map<number, Place<State>>;
}

export class BridgedSource<State> {
  private root: Place<State>;
  private places = 0;

  /** @param bridge an expert over the shared vocabulary, which may have to be prepared */
  constructor(
    private readonly bridge: Expert<State>,
    private readonly mostPlaces = MOST_PLACES,
  ) {
    this.root = { state: bridge.start(), children: new Map() };
  }

  /** @returns by prefix, a distribution [vocabSize]; null where the model has no answer */
  async answer({ tokens, after }: Question): Promise<(Float32Array | null)[]> {
    if (this.places > this.mostPlaces) {
      this.root = { state: this.bridge.start(), children: new Map() };
      this.places = 0;
    }
    const states: State[] = [];
    let place = this.root;
    for (let read = 0; states.length < after.length; read++) {
      if (read === after[states.length]) {
        states.push(place.state);
      }
      if (read < tokens.length) {
        place = this.child(place, tokens[read]);
      }
    }
    await this.bridge.readiness?.prepare(states);
    return states.map((state) => {
      if (this.bridge.readiness?.isReady(state) === false) {
        return null;
      }
      const probs = new Float32Array(this.bridge.vocabSize);
      this.bridge.predict(state, probs);
      return probs;
    });
  }

  private child(place: Place<State>, tokenId: number): Place<State> {
    let child = place.children.get(tokenId);
    if (child === undefined) {
      child = { state: this.bridge.next(place.state, tokenId), children: new Map() };
      place.children.set(tokenId, child);
      this.places++;
    }
    return child;
  }
}
