import { wholeCharacters } from '../characterBounds';
import type { Expert } from '../expert';
import { PrefixIndex } from '../tokenizer/prefixIndex';
import { utf8Length } from './byteEncoder';
import type { ForeignModel } from './foreignModel';

/** A way in which a text spells a token of a model of plain words or characters. */
export interface Surface {
  readonly text: string;
  /** The model's token; null for what the model does not read, such as a comma. */
  readonly tokenId: number | null;
  /** Its kind for {@link FormsOptions.shares}; each token has at most one surface of a kind. */
  readonly form: number;
}

interface FormsOptions<Place> {
  /** By text. */
  readonly surfaces: ReadonlyMap<string, Surface>;
  /** Divides a text into its surfaces and what is none. */
  cut(text: string): Iterable<string>;
  /** The place before anything was read. */
  readonly startPlace: Place;
  /** The place after a surface, or after text that is none (null). */
  placeAfter(place: Place, surface: Surface | null): Place;
  /**
   * By form. A surface with a token gets this share of the token's probability; a surface without one has this as its probability,
   * which is taken from all tokens alike.
   */
  shares(place: Place): Float64Array;
  /** The model's token that is read for text without a surface; null when the model reads nothing there. */
  readonly unknownId: number | null;
  /** Least probability that the next piece of the text is no surface. */
  readonly unknownShare: number;
}

interface FormsState<Place> {
  readonly inner: unknown;
  readonly place: Place;
}

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Turns a model of words or characters into a model of their surfaces: capitals, spaces and punctuation that its vocabulary lacks
 * get fixed shares by their place in the text. Its tokens are the surfaces by number, then one for everything else.
 */
export function surfaceModel<Place>(inner: Expert, options: FormsOptions<Place>): ForeignModel {
  const expert = new SurfaceForms(inner, options);
  const texts = [...options.surfaces.keys()];
  const tokens = [...texts.map((text) => utf8.encode(text)), null];
  const idOf = new Map(texts.map((text, id) => [text, id]));
  return {
    expert,
    vocabulary: {
      tokens,
      index: new PrefixIndex(tokens),
      encode(bytes) {
        if (wholeCharacters(bytes) < bytes.length) {
          return null;
        }
        const ids: number[] = [];
        const ends: number[] = [];
        let end = 0;
        for (const piece of options.cut(decoder.decode(bytes))) {
          end += utf8Length(piece);
          ids.push(idOf.get(piece) ?? expert.otherId);
          ends.push(end);
        }
        return end === bytes.length ? { ids, ends } : null;
      },
      beginOfTextId: null,
      endOfTextId: null,
      unknownId: expert.otherId,
      unknownShare: options.unknownShare,
      documentPrefix: '',
    },
  };
}

class SurfaceForms<Place> implements Expert<FormsState<Place>> {
  readonly name: string;
  readonly vocabSize: number;
  /** The token for text that is no surface. */
  readonly otherId: number;
  private readonly surfaces: readonly Surface[];
  private readonly tokenIds: Int32Array;
  private readonly forms: Uint8Array;

  constructor(
    private readonly inner: Expert,
    private readonly options: FormsOptions<Place>,
  ) {
    this.surfaces = [...options.surfaces.values()];
    this.name = inner.name;
    this.otherId = this.surfaces.length;
    this.vocabSize = this.surfaces.length + 1;
    this.tokenIds = Int32Array.from(this.surfaces, ({ tokenId }) => tokenId ?? -1);
    this.forms = Uint8Array.from(this.surfaces, ({ form }) => form);
  }

  start(): FormsState<Place> {
    return { inner: this.inner.start(), place: this.options.startPlace };
  }

  next(state: FormsState<Place>, surfaceId: number): FormsState<Place> {
    return this.nextMany([state], [surfaceId])[0];
  }

  nextMany(states: readonly FormsState<Place>[], surfaceIds: ArrayLike<number>): FormsState<Place>[] {
    const { unknownId } = this.options;
    const read = states.map((_, i) =>
      surfaceIds[i] === this.otherId ? unknownId : this.surfaces[surfaceIds[i]].tokenId,
    );
    const reading = [...states.keys()].filter((i) => read[i] !== null);
    const after = this.inner.nextMany(
      reading.map((i) => states[i].inner),
      reading.map((i) => read[i]!),
    );
    const inners = states.map((state) => state.inner);
    for (const [k, i] of reading.entries()) {
      inners[i] = after[k];
    }
    return states.map(({ place }, i) => {
      const surface = surfaceIds[i] === this.otherId ? null : this.surfaces[surfaceIds[i]];
      return { inner: inners[i], place: this.options.placeAfter(place, surface) };
    });
  }

  predict(state: FormsState<Place>, probs: Float32Array): void {
    this.predictMany([state], [probs]);
  }

  predictMany(states: readonly FormsState<Place>[], probs: readonly Float32Array[]): void {
    const several = states.map(() => new Float32Array(this.inner.vocabSize));
    this.inner.predictMany(
      states.map((state) => state.inner),
      several,
    );
    for (const [i, { place }] of states.entries()) {
      this.spread(several[i], this.options.shares(place), probs[i]);
    }
  }

  dispose(): void {
    this.inner.dispose();
  }

  private spread(inner: Float32Array, shares: Float64Array, probs: Float32Array): void {
    const { tokenIds, forms } = this;
    let taken = 0;
    for (let id = 0; id < tokenIds.length; id++) {
      if (tokenIds[id] < 0) {
        taken += probs[id] = shares[forms[id]];
      }
    }
    const left = 1 - taken;
    let sum = taken;
    for (let id = 0; id < tokenIds.length; id++) {
      if (tokenIds[id] >= 0) {
        sum += probs[id] = left * inner[tokenIds[id]] * shares[forms[id]];
      }
    }
    // Tokens without text (padding) and forms that do not exist are left out; the unknown token keeps the model's probability.
    const { unknownId } = this.options;
    const other = unknownId === null ? 0 : left * inner[unknownId];
    probs[this.otherId] = other;
    const scale = 1 / (sum + other);
    for (let id = 0; id < probs.length; id++) {
      probs[id] *= scale;
    }
  }
}
