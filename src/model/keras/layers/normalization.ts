import { rowOperation } from '../operation';
import type { BuiltCall, LayerBuild, LayerBuilder } from './layerBuild';

/**
 * Ba et al., arXiv 1607.06450. With `rms_scaling` Keras only divides by the standard deviation, which it takes about the mean all the
 * same, and times gamma, whatever `scale` and `center` say.
 */
export const layerNormalization: LayerBuilder = (build) => {
  const { layer } = build;
  requireLastAxis(build);
  const { size } = build.value().shape;
  const isRms = layer.flag('rms_scaling');
  const [gamma = null] = isRms || layer.flag('scale', true) ? build.take('', [[size]]) : [];
  const [beta = null] = !isRms && layer.flag('center', true) ? build.take('', [[size]]) : [];
  const mean = isRms ? 'onlyInDeviation' : 'subtracted';
  return normalized(build, gamma, beta, layer.number('epsilon', 1e-3), mean);
};

/** Zhang and Sennrich, arXiv 1910.07467. */
export const rmsNormalization: LayerBuilder = (build) => {
  requireLastAxis(build);
  const [scale] = build.take('', [[build.value().shape.size]]);
  const { operation, from } = normalized(build, scale, null, build.layer.number('epsilon', 1e-6), 'unused');
  // Unlike the other layers of its kind it passes no mask on.
  return { operation: { ...operation, shape: { ...operation.shape, masked: false } }, from };
};

/** Ioffe and Szegedy, arXiv 1502.03167, with the moving averages from training. */
export const batchNormalization: LayerBuilder = (build) => {
  const { layer } = build;
  requireLastAxis(build);
  const { id, shape } = build.value();
  const { size } = shape;
  const [gamma] = layer.flag('scale', true) ? build.take('', [[size]]) : [];
  const [beta] = layer.flag('center', true) ? build.take('', [[size]]) : [];
  const [mean, variance] = build.take('', [[size], [size]]);
  const epsilon = layer.number('epsilon', 1e-3);
  const factor = variance.map((value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const offset = mean.map((value, i) => (beta?.[i] ?? 0) - value * factor[i]);
  const operation = rowOperation({ size, perStep: shape.perStep, masked: shape.masked }, ([input], rows) => {
    const data = rows.resize(input.count);
    for (let row = 0, at = 0; row < input.count; row++) {
      for (let i = 0; i < size; i++, at++) {
        data[at] = input.data[at] * factor[i] + offset[i];
      }
    }
  });
  return { operation, from: [id] };
};

function normalized(
  build: LayerBuild,
  gamma: Float32Array | null,
  beta: Float32Array | null,
  epsilon: number,
  useOfMean: 'subtracted' | 'onlyInDeviation' | 'unused',
): BuiltCall {
  const { id, shape } = build.value();
  const { size } = shape;
  const operation = rowOperation({ size, perStep: shape.perStep, masked: shape.masked }, ([input], rows) => {
    const data = rows.resize(input.count);
    for (let row = 0; row < input.count; row++) {
      const begin = row * size;
      let mean = 0;
      for (let i = 0; useOfMean !== 'unused' && i < size; i++) {
        mean += input.data[begin + i] / size;
      }
      let variance = 0;
      for (let i = 0; i < size; i++) {
        variance += (input.data[begin + i] - mean) ** 2 / size;
      }
      const factor = 1 / Math.sqrt(variance + epsilon);
      const subtracted = useOfMean === 'subtracted' ? mean : 0;
      for (let i = 0; i < size; i++) {
        data[begin + i] =
          (input.data[begin + i] - subtracted) * factor * (gamma?.[i] ?? 1) + (beta?.[i] ?? 0);
      }
    }
  });
  return { operation, from: [id] };
}

function requireLastAxis(build: LayerBuild): void {
  const { axis = -1 } = build.layer.config as { axis?: unknown };
  const last = build.value().shape.perStep ? 2 : 1;
  const axes = Array.isArray(axis) ? (axis as unknown[]) : [axis];
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== last)) {
    throw build.layer.fault('normalises over another axis than the last, which is not supported');
  }
}
