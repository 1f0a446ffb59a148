import { isEqual } from '../commonPrefix';
import type { Hdf5File } from './hdf5File';
import { KerasFault } from './kerasFault';
import { MAX_WEIGHTS } from './sizeLimits';

/** Where a layer's weights are, in each of Keras' two layouts. */
export interface WeightPlace {
  /** Group in the weights of a `.keras` archive. */
  readonly group: string;
  /** Names from the outermost layer to this one; an `.h5` file of a whole model lists weights by outermost layer. */
  readonly names: readonly string[];
}

/**
 * Hands out the next weights of one layer, of these shapes, in the order in which Keras creates them.
 * @param part the sublayers that hold them, e.g. `cell`, or '' for the layer itself
 * @throws KerasFault when they are missing, of another shape, not finite, or too many
 */
export type TakeWeights = (part: string, shapes: readonly (readonly number[])[]) => Float32Array[];

/** The weights of the layer at a place, from the first on. */
export type WeightStore = (place: WeightPlace) => TakeWeights;

/** Reads and checks each dataset once, so that a layer that is used twice is in memory once. */
class CheckedDatasets {
  private readonly read = new Map<string, Float32Array>();
  private total = 0;

  constructor(private readonly file: Hdf5File) {}

  has(path: string): boolean {
    return this.file.shape(path) !== null;
  }

  get(path: string, shape: readonly number[]): Float32Array {
    const stored = this.file.shape(path);
    if (stored === null) {
      throw new KerasFault(`its weights "${path}" are missing`);
    }
    if (!isEqual(stored, shape)) {
      throw new KerasFault(
        `its weights "${path}" have the shape [${stored.join(', ')}], and its layer needs [${shape.join(', ')}]`,
      );
    }
    const known = this.read.get(path);
    if (known !== undefined) {
      return known;
    }
    this.total += shape.reduce((product, length) => product * length, 1);
    if (this.total > MAX_WEIGHTS) {
      throw new KerasFault(
        `it has more than ${Math.round(MAX_WEIGHTS / 1e6)} million weights; choose a smaller model`,
      );
    }
    const values = this.file.floats(path);
    if (!areFinite(values)) {
      throw new KerasFault(
        `its weights "${path}" are not all finite numbers, so its training has diverged; train it again`,
      );
    }
    this.read.set(path, values);
    return values;
  }
}

/** A loop, as a call for each of many millions takes most of the time in which a model is opened. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      return false;
    }
  }
  return true;
}

/** The weights of a `.keras` archive: a group for each layer, which holds `vars/0`, `vars/1` and a group for each sublayer. */
export function archiveWeights(file: Hdf5File): WeightStore {
  const datasets = new CheckedDatasets(file);
  /** Keras 2 writes the sublayers of an attention as `_query_dense`, Keras 3 as `query_dense`. */
  const folderOf = (group: string, part: string): string => {
    if (part === '') {
      return group;
    }
    const folder = `${group}/${part}`;
    const older = `${group}/_${part}`;
    return !datasets.has(`${folder}/vars/0`) && datasets.has(`${older}/vars/0`) ? older : folder;
  };
  return ({ group }) => {
    const taken = new Map<string, number>();
    return (part, shapes) => {
      const folder = folderOf(group, part);
      const first = taken.get(part) ?? 0;
      taken.set(part, first + shapes.length);
      return shapes.map((shape, i) => datasets.get(`${folder}/vars/${first + i}`, shape));
    };
  };
}

/** The weights of an `.h5` file: a group for each outermost layer, which lists its weights in their order. */
export function legacyWeights(file: Hdf5File): WeightStore {
  const datasets = new CheckedDatasets(file);
  return ({ names }) => {
    const [outermost, ...inner] = names;
    const group = `model_weights/${outermost}`;
    const listed = file.texts(group, 'weight_names') ?? [];
    // A nested model lists the weights of all its layers together; the names of a layer's own weights contain its name.
    const own = listed.filter((name) => inner.every((layer) => name.split('/').includes(layer)));
    let next = 0;
    return (_part, shapes) =>
      shapes.map((shape) => {
        const name = own[next++];
        if (name === undefined) {
          throw new KerasFault(`the weights of its layer "${names.join('/')}" are missing`);
        }
        return datasets.get(`${group}/${name}`, shape);
      });
  };
}
