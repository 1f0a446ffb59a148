/**
 * Options of a Node process that trains. The training kernel is faster with relaxed SIMD, of which Node 20 must be told; the V8 of
 * later ones does not know the option any more.
 */
export const relaxedSimdOptions = (v8 = process.versions.v8): string[] =>
  v8.startsWith('11.3.') ? ['--experimental-wasm-relaxed-simd'] : [];
