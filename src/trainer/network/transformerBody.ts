/** A Transformer's blocks over a window; formulas in networkConfig.ts. */
import { ATTENTION_HEADS, headSize, type TransformerConfig } from '../../model/networkConfig';
import { attention, lookBack, memoryAfter, type LookBack } from './attention';
import { dropped, type Body, type Window } from './body';
import type { ParameterTensors } from './parameterTensors';
import { rmsNorm } from './rmsNorm';
import { rotaryTables, rotated, type RotaryTables } from './rotary';
import type { Matrix, Tensor, TensorOps } from './tensorOps';

/** What all branches of a window's blocks are made with. */
interface BlockInput {
  readonly ops: TensorOps;
  readonly config: TransformerConfig;
  readonly parameters: ParameterTensors;
  readonly window: Window;
  readonly lookingBack: LookBack;
  readonly tables: RotaryTables;
}

/** One of a block's two branches; its output is added to the stream that it was computed from. */
interface BranchPass {
  /** [N, E]. */
  readonly output: Matrix;
  /** Returns the gradient by the stream along the branch alone. */
  readonly backward: (dOutput: Matrix, gradients: Map<string, Tensor>) => Matrix;
}

export function transformerBody(config: TransformerConfig): Body {
  return (ops, parameters, embedded, window) => {
    const { tf } = ops;
    const { memory } = window.initial;
    const { unrollSteps } = window;
    const batchSize = memory.reach.length;
    const block: BlockInput = {
      ops,
      config,
      parameters,
      window,
      lookingBack: lookBack(ops, memory, batchSize, unrollSteps),
      tables: rotaryTables(ops, config, memory.position, unrollSteps, batchSize),
    };
    const scale = Math.sqrt(config.embeddingSize);
    let stream = tf.mul<Matrix>(embedded, scale);
    const branches: BranchPass['backward'][] = [];
    const remembered: (readonly Matrix[])[] = [];
    for (let layer = 0; layer < config.numLayers; layer++) {
      const attended = attentionBranch(block, layer, stream);
      stream = tf.add<Matrix>(stream, attended.output);
      const fed = feedForwardBranch(block, layer, stream);
      stream = tf.add<Matrix>(stream, fed.output);
      branches.push(attended.backward, fed.backward);
      remembered.push(attended.remembered);
    }
    const final = rmsNorm(ops, stream, parameters.vector('finalNorm'));
    return {
      projected: final.output,
      final: { cells: [], memory: memoryAfter(block.lookingBack, remembered) },
      backward: (dProjected, gradients) => {
        const { input, gain } = final.backward(dProjected);
        gradients.set('finalNorm', gain);
        const dStream = branches.reduceRight(
          (dOutput, backward) => tf.add<Matrix>(dOutput, backward(dOutput, gradients)),
          input,
        );
        return tf.mul<Matrix>(dStream, scale);
      },
    };
  };
}

function attentionBranch(
  { ops, config, parameters, window, lookingBack, tables }: BlockInput,
  layer: number,
  stream: Matrix,
): BranchPass & { readonly remembered: readonly Matrix[] } {
  const { tf } = ops;
  const name = `layers.${layer}`;
  const made = parameters.matrix(`${name}.queryKeyValueKernel`);
  const output = parameters.matrix(`${name}.attentionOutputKernel`);
  const size = headSize(config);
  const width = ATTENTION_HEADS * size;
  const scale = 1 / Math.sqrt(size);
  const normed = rmsNorm(ops, stream, parameters.vector(`${name}.attentionNorm`));
  const parts = ops.product(normed.output, made);
  const [queries, keys, values] = [0, 1, 2].map((part) => ops.columnRange(parts, part * width, width));
  const attended = attention(ops, lookingBack, layer, ATTENTION_HEADS, [
    tf.mul<Matrix>(rotated(ops, queries, tables, 'forward'), scale),
    rotated(ops, keys, tables, 'forward'),
    values,
  ]);
  const branch = dropped(ops, ops.product(attended.output, output), window);
  return {
    output: branch.output,
    remembered: attended.remembered,
    backward: (dOutput, gradients) => {
      const dBranch = branch.backward(dOutput);
      gradients.set(`${name}.attentionOutputKernel`, ops.product(ops.transpose(attended.output), dBranch));
      const dAttended = attended.backward(ops.product(dBranch, ops.transpose(output)));
      const dParts = tf.concat(
        [
          tf.mul<Matrix>(rotated(ops, dAttended.queries, tables, 'backward'), scale),
          rotated(ops, dAttended.keys, tables, 'backward'),
          dAttended.values,
        ],
        1,
      );
      gradients.set(`${name}.queryKeyValueKernel`, ops.product(ops.transpose(normed.output), dParts));
      const { input, gain } = normed.backward(ops.product(dParts, ops.transpose(made)));
      gradients.set(`${name}.attentionNorm`, gain);
      return input;
    },
  };
}

function feedForwardBranch(
  { ops, parameters, window }: BlockInput,
  layer: number,
  stream: Matrix,
): BranchPass {
  const { tf } = ops;
  const name = `layers.${layer}`;
  const expand = parameters.matrix(`${name}.expandKernel`);
  const contract = parameters.matrix(`${name}.contractKernel`);
  const withBias = (x: Matrix, kernel: Matrix, bias: string): Matrix =>
    tf.tidy(() => tf.add<Matrix>(ops.product(x, kernel), parameters.vector(`${name}.${bias}`)));
  const normed = rmsNorm(ops, stream, parameters.vector(`${name}.feedForwardNorm`));
  const rectified = tf.relu(withBias(normed.output, expand, 'expandBias'));
  const squared = tf.square(rectified);
  const branch = dropped(ops, withBias(squared, contract, 'contractBias'), window);
  return {
    output: branch.output,
    backward: (dOutput, gradients) => {
      const dBranch = branch.backward(dOutput);
      gradients.set(`${name}.contractBias`, ops.columnSums(dBranch));
      gradients.set(`${name}.contractKernel`, ops.product(ops.transpose(squared), dBranch));
      const dSquared = ops.product(dBranch, ops.transpose(contract));
      const dExpanded = tf.mul<Matrix>(dSquared, tf.mul(rectified, 2));
      gradients.set(`${name}.expandBias`, ops.columnSums(dExpanded));
      gradients.set(`${name}.expandKernel`, ops.product(ops.transpose(normed.output), dExpanded));
      const { input, gain } = normed.backward(ops.product(dExpanded, ops.transpose(expand)));
      gradients.set(`${name}.feedForwardNorm`, gain);
      return input;
    },
  };
}
