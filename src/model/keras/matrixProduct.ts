/**
 * output[r] = input[r] · kernel + bias, for all rows.
 *
 * input   [rows, inputs]
 * kernel  [inputs, outputs], as Keras stores it
 * bias    [outputs] or null
 * output  [rows, outputs]
 *
 * It takes four rows of the kernel at a time, so that each output is read and written once per four products. This measured faster
 * than dot products over a transposed kernel, and the kernel is read once for all rows.
 */
export function multiply(
  input: Float32Array,
  rows: number,
  inputs: number,
  kernel: Float32Array,
  outputs: number,
  bias: Float32Array | null,
  output: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    if (bias === null) {
      output.fill(0, row * outputs, (row + 1) * outputs);
    } else {
      output.set(bias, row * outputs);
    }
  }
  let i = 0;
  for (; i + 4 <= inputs; i += 4) {
    const first = i * outputs;
    const second = first + outputs;
    const third = second + outputs;
    const fourth = third + outputs;
    for (let row = 0; row < rows; row++) {
      const at = row * inputs + i;
      const a = input[at];
      const b = input[at + 1];
      const c = input[at + 2];
      const d = input[at + 3];
      const target = row * outputs;
      for (let o = 0; o < outputs; o++) {
        output[target + o] +=
          a * kernel[first + o] + b * kernel[second + o] + c * kernel[third + o] + d * kernel[fourth + o];
      }
    }
  }
  for (; i < inputs; i++) {
    for (let row = 0; row < rows; row++) {
      const a = input[row * inputs + i];
      for (let o = 0; o < outputs; o++) {
        output[row * outputs + o] += a * kernel[i * outputs + o];
      }
    }
  }
}
