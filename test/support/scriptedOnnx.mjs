/**
 * Replaces onnxruntime-node: a model whose logits are all zero, so that each token it is asked for has the same probability. It has a
 * second output before its logits, takes its tokens as 32-bit numbers, and is as wide as its path says.
 */
import { basename, dirname } from 'node:path';

export class Tensor {
  constructor(type, data, dims) {
    Object.assign(this, { type, data, dims });
  }
}

const KINDS = { input_ids: ['int32', Int32Array], attention_mask: ['int64', BigInt64Array] };

export const InferenceSession = {
  create: async (path) => ({
    inputNames: Object.keys(KINDS),
    inputMetadata: Object.entries(KINDS).map(([name, [type]]) => ({
      name,
      type,
      shape: ['batch', 'length'],
    })),
    outputNames: ['hidden', 'logits'],
    async run(feeds, fetches) {
      for (const [name, [type, Kind]] of Object.entries(KINDS)) {
        if (feeds[name].type !== type || !(feeds[name].data instanceof Kind)) {
          throw new Error(`${name} is no ${type}`);
        }
      }
      if (!feeds.attention_mask.data.every((value) => value === 1n)) {
        throw new Error('not all tokens are visible');
      }
      if (fetches.join() !== 'logits') {
        throw new Error(`${fetches.join()} was asked for`);
      }
      const dims = [...feeds.input_ids.dims, Number(basename(dirname(path)))];
      // As much as ONNX Runtime may be asked for at once.
      const size = dims.reduce((product, dimension) => product * dimension, 1);
      if (size > 1 << 24) {
        throw new Error(`${size} numbers at once`);
      }
      return { logits: new Tensor('float32', new Float32Array(size), dims) };
    },
  }),
};
