/**
 * A recurrent network's layers over a window, and its attention. Truncated back-propagation through time is written by hand:
 * automatic differentiation would multiply by transposed operands, at a tenth of the speed on wasm, and compute each weight's
 * gradient once a step instead of once a window.
 */
import { hasAttention, type RecurrentConfig } from '../../model/networkConfig';
import { dropped, type Body, type Window } from './body';
import type { ParameterTensors } from './parameterTensors';
import { recurrentAttention } from './recurrentAttention';
import type { Matrix, RecurrentState, Tensor, TensorOps } from './tensorOps';

interface LayerPass {
  readonly output: Matrix;
  readonly final: RecurrentState;
  readonly backward: (dOutput: Matrix, gradients: Map<string, Tensor>) => Matrix;
}

export function recurrentBody(config: RecurrentConfig): Body {
  return (ops, parameters, embedded, window) => {
    const { tf } = ops;
    const layers: LayerPass[] = [];
    let activation = embedded;
    for (let layer = 0; layer < config.numLayers; layer++) {
      const pass = recurrentLayer(ops, config, parameters, layer, activation, window);
      layers.push(pass);
      activation = pass.output;
    }
    const last = activation;
    const projection = parameters.matrix('projection');
    const attention = hasAttention(config) ? recurrentAttention(ops, parameters, last, window) : null;
    const straight = ops.product(last, projection);
    return {
      projected: attention === null ? straight : tf.add<Matrix>(straight, attention.output),
      final: {
        cells: layers.map(({ final }) => final),
        memory: attention?.memory ?? window.initial.memory,
      },
      backward: (dProjected, gradients) => {
        gradients.set('projection', ops.product(ops.transpose(last), dProjected));
        const dStraight = ops.product(dProjected, ops.transpose(projection));
        const dLast =
          attention === null
            ? dStraight
            : tf.add<Matrix>(dStraight, attention.backward(dProjected, gradients));
        return layers.reduceRight((dOutput, { backward }) => backward(dOutput, gradients), dLast);
      },
    };
  };
}

/** y = cell(x), and for every layer but the first y = x + cell(x); then dropout. */
function recurrentLayer(
  ops: TensorOps,
  { architecture }: RecurrentConfig,
  parameters: ParameterTensors,
  layer: number,
  input: Matrix,
  window: Window,
): LayerPass {
  const { tf } = ops;
  const name = `layers.${layer}`;
  const inputKernel = parameters.matrix(`${name}.inputKernel`);
  const recurrentKernel = parameters.matrix(`${name}.recurrentKernel`);
  const recurrent = {
    inputGates: tf.tidy(() =>
      tf.add<Matrix>(ops.product(input, inputKernel), parameters.vector(`${name}.bias`)),
    ),
    recurrentKernel,
    recurrentBias: architecture === 'gru' ? parameters.vector(`${name}.recurrentBias`) : null,
    initial: window.initial.cells[layer],
    unrollSteps: window.unrollSteps,
  };
  const tape = ops.recurrentForward(architecture, recurrent);
  const summed = layer === 0 ? tape.outputs : tf.add<Matrix>(input, tape.outputs);
  const drop = dropped(ops, summed, window);
  return {
    output: drop.output,
    final: tape.final,
    backward: (dOutput, gradients) => {
      const dSummed = drop.backward(dOutput);
      const dGates = ops.recurrentBackward(
        architecture,
        recurrent,
        tape,
        dSummed,
        ops.transpose(recurrentKernel),
      );
      gradients.set(`${name}.inputKernel`, ops.product(ops.transpose(input), dGates.inputGates));
      gradients.set(`${name}.bias`, ops.columnSums(dGates.inputGates));
      gradients.set(
        `${name}.recurrentKernel`,
        ops.product(ops.transpose(tape.previousOutputs), dGates.recurrentGates),
      );
      if (recurrent.recurrentBias !== null) {
        gradients.set(`${name}.recurrentBias`, ops.columnSums(dGates.recurrentGates));
      }
      const dInput = ops.product(dGates.inputGates, ops.transpose(inputKernel));
      return layer === 0 ? dInput : tf.add<Matrix>(dInput, dSummed);
    },
  };
}
