/**
 * The generation kernel (AssemblyScript, compiled to WebAssembly with SIMD by scripts/buildKernel.mjs). All
 * arguments are byte offsets into the imported memory, which the caller lays out; nothing is allocated here.
 * The host's side, with the meaning and padding of each array, is kernelModule.ts.
 */
export { multiplyAdd } from './multiplyAdd';
export { quantize, unpackRow } from './quantize';
export { gruStep, lstmStep, rnnStep } from './cells';
export { softmax } from './softmax';
export { addTo } from './addTo';
export { attend } from './attend';
export { dequantizeRow, multiplyBy, rmsNorm, rotate, squaredRelu } from './transformer';
