/**
 * What TensorFlow.js' WebAssembly backend computes slowly (AssemblyScript, compiled by scripts/buildKernel.mjs). It works on the
 * backend's own heap, or on the memory that threads share: all arguments but numbers are byte offsets into it, multiples of 4, and
 * nothing is allocated here. Matrices are row-major floats. The host's side is trainingKernel.ts in the folder above.
 */
export { adam } from './adam';
export { lstmStep, lstmStepGradient } from './lstm';
export { multiply, packRight } from './products';
export { softmaxLoss } from './softmaxLoss';
export { add, columnSums, sumOfSquares } from './sums';
export { transpose } from './transpose';
