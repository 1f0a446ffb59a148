/** A recurrent network's head over its own last outputs; formulas and source in networkConfig.ts. */
import { attention, lookBack, memoryAfter } from './attention';
import type { Window } from './body';
import type { ParameterTensors } from './parameterTensors';
import type { AttentionMemory } from './sequenceState';
import type { Matrix, Tensor, TensorOps, Vector } from './tensorOps';

interface RecurrentAttentionPass {
  /** What the head adds to the projection, [N, E]. */
  readonly output: Matrix;
  readonly memory: AttentionMemory;
  /** Answers the gradient by the outputs. */
  readonly backward: (dOutput: Matrix, gradients: Map<string, Tensor>) => Matrix;
}

/**
 * Remembers the plain outputs. A gate on the keys equals one on the query, and a gate on the values one on the result, so each
 * costs one product a step instead of one for every remembered output.
 * @param outputs of the last layer, [N, H]
 */
export function recurrentAttention(
  ops: TensorOps,
  parameters: ParameterTensors,
  outputs: Matrix,
  window: Window,
): RecurrentAttentionPass {
  const { tf } = ops;
  const { memory } = window.initial;
  const queryKernel = parameters.matrix('attention.queryKernel');
  const outputKernel = parameters.matrix('attention.outputKernel');
  const keyGate = tf.sigmoid(parameters.vector('attention.keyGate'));
  const valueGate = tf.sigmoid(parameters.vector('attention.valueGate'));
  const scaledGate = tf.div<Vector>(keyGate, Math.sqrt(outputs.shape[1]));
  const lookingBack = lookBack(ops, memory, memory.reach.length, window.unrollSteps);
  const query = ops.product(outputs, queryKernel);
  const pass = attention(ops, lookingBack, 0, 1, [tf.mul<Matrix>(query, scaledGate), outputs, outputs]);
  const found = tf.mul<Matrix>(pass.output, valueGate);
  return {
    output: ops.product(found, outputKernel),
    memory: memoryAfter(lookingBack, [pass.remembered]),
    backward: (dOutput, gradients) => {
      gradients.set('attention.outputKernel', ops.product(ops.transpose(found), dOutput));
      const dFound = ops.product(dOutput, ops.transpose(outputKernel));
      const dPass = pass.backward(tf.mul<Matrix>(dFound, valueGate));
      const byGate = (gate: Vector, sums: Vector): Vector =>
        tf.mul<Vector>(sums, tf.sub(gate, tf.square(gate)));
      gradients.set(
        'attention.valueGate',
        byGate(valueGate, ops.columnSums(tf.mul<Matrix>(dFound, pass.output))),
      );
      const dScaled = ops.columnSums(tf.mul<Matrix>(dPass.queries, query));
      gradients.set(
        'attention.keyGate',
        byGate(keyGate, tf.div<Vector>(dScaled, Math.sqrt(outputs.shape[1]))),
      );
      const dQuery = tf.mul<Matrix>(dPass.queries, scaledGate);
      gradients.set('attention.queryKernel', ops.product(ops.transpose(outputs), dQuery));
      const through = ops.product(dQuery, ops.transpose(queryKernel));
      return tf.add<Matrix>(through, tf.add(dPass.keys, dPass.values));
    },
  };
}
