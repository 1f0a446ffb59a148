/** From token ids to logits over one window, with what the backward pass needs. */
import type { NetworkConfig } from '../../model/networkConfig';
import { dropped, type Body, type BodyPass, type Window } from './body';
import type { ParameterTensors } from './parameterTensors';
import { recurrentBody } from './recurrentBody';
import type { Matrix, TensorOps } from './tensorOps';
import { transformerBody } from './transformerBody';

export interface ForwardTape {
  /** From the gradient by the dropped token vectors to that by the token vectors. */
  readonly embeddingBackward: (dDropped: Matrix) => Matrix;
  readonly body: BodyPass;
  /** [E, V]. */
  readonly embeddingTransposed: Matrix;
  /** [N, V]. */
  readonly logits: Matrix;
}

export function bodyOf(config: NetworkConfig): Body {
  return config.architecture === 'transformer' ? transformerBody(config) : recurrentBody(config);
}

export function forwardPass(
  ops: TensorOps,
  body: Body,
  parameters: ParameterTensors,
  window: Window,
): ForwardTape {
  const { tf } = ops;
  const embedding = parameters.matrix('embedding');
  const embedded = dropped(ops, ops.rowsAt(embedding, window.inputs), window);
  const pass = body(ops, parameters, embedded.output, window);
  const embeddingTransposed = ops.transpose(embedding);
  const logits = tf.tidy(() =>
    tf.add<Matrix>(ops.product(pass.projected, embeddingTransposed), parameters.vector('outputBias')),
  );
  return { embeddingBackward: embedded.backward, body: pass, embeddingTransposed, logits };
}
