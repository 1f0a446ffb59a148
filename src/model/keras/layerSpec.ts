import { KerasFault } from './kerasFault';
import type { WeightPlace } from './weightStore';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A layer as a file describes it. The getters throw, naming the layer, for a value that is missing or of the wrong kind. */
export class LayerSpec {
  constructor(
    readonly className: string,
    readonly name: string,
    readonly config: JsonObject,
    readonly place: WeightPlace,
    /** Whether it is no layer but an operation, such as `+`, which takes no notice of masks and passes none on. */
    readonly isOperation = false,
  ) {}

  /** A whole number from 1 on. */
  size(key: string): number {
    const value = this.config[key];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 2 ** 31) {
      throw this.fault(`has no usable "${key}"`);
    }
    return value;
  }

  number(key: string, fallback: number): number {
    const value = this.config[key] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw this.fault(`has no usable "${key}"`);
    }
    return value;
  }

  flag(key: string, fallback = false): boolean {
    return (this.config[key] ?? fallback) === true;
  }

  text(key: string, fallback: string): string {
    const value = this.config[key] ?? fallback;
    if (typeof value !== 'string') {
      throw this.fault(`has no usable "${key}"`);
    }
    return value;
  }

  /** The same recurrent layer in the other direction, as Keras makes the backward half of a Bidirectional. */
  turnedRound(): LayerSpec {
    const config = { ...this.config, go_backwards: !this.flag('go_backwards') };
    return new LayerSpec(this.className, this.name, config, this.place);
  }

  /** The layer inside a wrapper; its weights are stored with the wrapper. */
  inner(key: string): LayerSpec {
    const value = this.config[key];
    if (!isObject(value) || typeof value['class_name'] !== 'string' || !isObject(value['config'])) {
      throw this.fault(`has no usable "${key}"`);
    }
    const name = typeof value['config']['name'] === 'string' ? value['config']['name'] : key;
    return new LayerSpec(value['class_name'], name, value['config'], this.place);
  }

  /** @param clause continues "its layer … " */
  fault(clause: string): KerasFault {
    return new KerasFault(`its layer "${this.name}" (${this.className}) ${clause}`);
  }
}
