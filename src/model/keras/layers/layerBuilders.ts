/** Every supported layer and operation, by the class that a file names. */
import type { LayerSpec } from '../layerSpec';
import { additiveAttention, dotAttention, multiHeadAttention } from './attention';
import type { LayerBuilder } from './layerBuild';
import {
  addition,
  average,
  concatenation,
  division,
  maximum,
  minimum,
  multiplication,
  subtraction,
} from './merging';
import { batchNormalization, layerNormalization, rmsNormalization } from './normalization';
import { bidirectional, recurrent } from './recurrent';
import {
  activation,
  activationCalled,
  dense,
  elu,
  embedding,
  geluOperation,
  identity,
  leakyRelu,
  relu,
  softmax,
} from './rowLayers';
import {
  cumulativeSum,
  globalAveragePooling,
  globalMaxPooling,
  item,
  maskOfTokens,
  onesLike,
  range,
  reshape,
  sameMask,
  shapeOf,
  timeDistributed,
} from './sequenceLayers';

const LAYERS: Readonly<Record<string, LayerBuilder>> = {
  Embedding: embedding,
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  Bidirectional: bidirectional,
  Dense: dense,
  Activation: activation,
  Softmax: softmax,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianDropout: identity,
  GaussianNoise: identity,
  AlphaDropout: identity,
  ActivityRegularization: identity,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  BatchNormalization: batchNormalization,
  MultiHeadAttention: multiHeadAttention,
  Attention: dotAttention,
  AdditiveAttention: additiveAttention,
  Add: addition,
  Subtract: subtraction,
  Multiply: multiplication,
  Average: average,
  Maximum: maximum,
  Minimum: minimum,
  Concatenate: concatenation,
  GlobalAveragePooling1D: globalAveragePooling,
  GlobalMaxPooling1D: globalMaxPooling,
  Flatten: reshape,
  Reshape: reshape,
};

/** Operations of `keras.ops`, besides those that have the name of a layer. */
const OPERATIONS: Readonly<Record<string, LayerBuilder>> = {
  Divide: division,
  TrueDivide: division,
  GetItem: item,
  OnesLike: onesLike,
  Cumsum: cumulativeSum,
  NotEqual: maskOfTokens,
  LogicalOr: sameMask,
  ConvertToTensor: sameMask,
  Cast: identity,
  Gelu: geluOperation,
  Relu: activationCalled('relu'),
  Silu: activationCalled('silu'),
  Sigmoid: activationCalled('sigmoid'),
  Tanh: activationCalled('tanh'),
};

/** TensorFlow's functions in a functional model of Keras 2. */
const FUNCTIONS: Readonly<Record<string, LayerBuilder>> = {
  '__operators__.add': addition,
  'math.add': addition,
  '__operators__.sub': subtraction,
  'math.subtract': subtraction,
  '__operators__.mul': multiplication,
  'math.multiply': multiplication,
  '__operators__.truediv': division,
  'math.divide': division,
  'compat.v1.shape': shapeOf,
  shape: shapeOf,
  range,
  ones_like: onesLike,
  'math.cumsum': cumulativeSum,
  cast: identity,
  'nn.relu': activationCalled('relu'),
  'nn.softmax': activationCalled('softmax'),
  'nn.silu': activationCalled('silu'),
  'math.tanh': activationCalled('tanh'),
  'math.sigmoid': activationCalled('sigmoid'),
};

/** @throws KerasFault, naming the layer, when it is not known or would run code from the file */
export function builderOf(layer: LayerSpec): LayerBuilder {
  const { className, config } = layer;
  if (className === 'TimeDistributed') {
    return timeDistributed(builderOf(layer.inner('layer')));
  }
  if (className === 'SlicingOpLambda') {
    return item;
  }
  if (className === 'Lambda') {
    throw layer.fault(
      'holds code, and no code from a file is ever run; replace it by an Activation or another layer of Keras and save again',
    );
  }
  const isFunction = className === 'TFOpLambda';
  const known = isFunction ? FUNCTIONS : Object.hasOwn(LAYERS, className) ? LAYERS : OPERATIONS;
  const name = isFunction ? String(config['function']) : className;
  if (!Object.hasOwn(known, name)) {
    const supported = Object.keys(LAYERS).join(', ');
    throw layer.fault(
      isFunction
        ? `is the function "${name}" of TensorFlow; supported are ${supported} and TimeDistributed`
        : `is a custom or unknown layer; supported are ${supported} and TimeDistributed`,
    );
  }
  return known[name];
}
