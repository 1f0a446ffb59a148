/**
 * Measures what the kernel's pass over a network's weights spends its time on, by loops that each do more of it: reading the
 * weights, widening them to 16 bits, multiplying and adding for one to four states, and the same with the byte
 * products of relaxed SIMD, if this Node has them (from 22 on; in Node 20 with --experimental-wasm-relaxed-simd).
 * The figures are medians of processor time over interleaved rounds.
 *
 *   node bench/kernelParts.mjs [--json]
 *   node --experimental-wasm-relaxed-simd bench/kernelParts.mjs
 */
import asc from 'assemblyscript/asc';

/** As many weights as net B has, one byte each. */
const WEIGHTS = 4_915_200;
/** Columns of each matrix, and so the length of a vector. */
const COLUMNS = 512;
const ROUNDS = 21;
const PASSES_A_ROUND = 20;
const PAGE = 65_536;

/** Each loop is called once per pass and returns a number that depends on everything it read, so that nothing is optimised away. */
const loopsSource = (isRelaxed) => `
const WEIGHTS: usize = ${WEIGHTS};
const VECTORS: usize = WEIGHTS;
const VECTOR_BYTES: usize = ${2 * COLUMNS};
const PANEL: usize = ${8 * COLUMNS};

function sum(a: v128): i32 {
  return i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3);
}

export function read(): i32 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  for (let at: usize = 0; at < WEIGHTS; at += 64) {
    a = v128.xor(a, v128.load(at));
    b = v128.xor(b, v128.load(at, 16));
    a = v128.xor(a, v128.load(at, 32));
    b = v128.xor(b, v128.load(at, 48));
  }
  return sum(v128.xor(a, b));
}

export function widened(): i32 {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  for (let at: usize = 0; at < WEIGHTS; at += 32) {
    a = v128.xor(a, v128.load_ext<i8>(at));
    b = v128.xor(b, v128.load_ext<i8>(at, 8));
    a = v128.xor(a, v128.load_ext<i8>(at, 16));
    b = v128.xor(b, v128.load_ext<i8>(at, 24));
  }
  return sum(v128.xor(a, b));
}

${[1, 2, 3, 4].map((states) => multiplied(states)).join('\n')}
${isRelaxed ? [1, 2, 3, 4].map((states) => byteProducts(states)).join('\n') : ''}
`;

/** The inner loop of \`multiplyAdd.ts\`, for a number of states that share each weight. */
function multiplied(states) {
  const each = [...Array(states).keys()];
  return `export function multiplied${states}(): i32 {
  let total = 0;
  for (let at: usize = 0; at < WEIGHTS; ) {
    ${each.map((s) => `let low${s} = i32x4.splat(0); let high${s} = i32x4.splat(0);`).join('\n    ')}
    let vector = VECTORS;
    for (const end = at + PANEL; at < end; at += 16, vector += 4) {
      const low = v128.load_ext<i8>(at);
      const high = v128.load_ext<i8>(at, 8);
      let pair: v128;
      ${each
        .map(
          (s) => `pair = v128.load_splat<i32>(vector + ${s} * VECTOR_BYTES);
      low${s} = i32x4.add(low${s}, i32x4.dot_i16x8_s(low, pair));
      high${s} = i32x4.add(high${s}, i32x4.dot_i16x8_s(high, pair));`,
        )
        .join('\n      ')}
    }
    ${each.map((s) => `total += sum(i32x4.add(low${s}, high${s}));`).join('\n    ')}
  }
  return total;
}`;
}

/** Products of bytes with 7-bit bytes, sixteen per instruction. */
function byteProducts(states) {
  const each = [...Array(states).keys()];
  return `export function byteProducts${states}(): i32 {
  let total = 0;
  for (let at: usize = 0; at < WEIGHTS; ) {
    ${each.map((s) => `let low${s} = i32x4.splat(0); let high${s} = i32x4.splat(0);`).join('\n    ')}
    let vector = VECTORS;
    for (const end = at + PANEL; at < end; at += 32, vector += 4) {
      let first = v128.load(at);
      let second = v128.load(at, 16);
      ${each
        .map(
          (s) => `let four${s} = v128.load_splat<i32>(vector + ${s} * VECTOR_BYTES);
      low${s} = v128.relaxed_dot_add<i32>(four${s}, first, low${s});
      high${s} = v128.relaxed_dot_add<i32>(four${s}, second, high${s});`,
        )
        .join('\n      ')}
    }
    ${each.map((s) => `total += sum(i32x4.add(low${s}, high${s}));`).join('\n    ')}
  }
  return total;
}`;
}

async function loops() {
  const compiled = async (isRelaxed) => {
    const { error, stderr, binary } = await asc.compileString(loopsSource(isRelaxed), {
      optimizeLevel: 3,
      noAssert: true,
      runtime: 'stub',
      enable: isRelaxed ? ['simd', 'relaxed-simd'] : ['simd'],
      importMemory: true,
      noExportMemory: true,
    });
    if (error !== null || binary === null) {
      throw new Error(`The loops do not compile.\n${stderr.toString()}`);
    }
    return binary;
  };
  const relaxed = await compiled(true);
  const bytes = WebAssembly.validate(relaxed) ? relaxed : await compiled(false);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((WEIGHTS + 8 * 2 * COLUMNS) / PAGE) + 1 });
  // All below 128, as the byte products need.
  new Uint8Array(memory.buffer).forEach((_, i, all) => {
    all[i] = (i * 37) & 127;
  });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports;
}

async function main() {
  const measured = Object.entries(await loops()).map(([name, run]) => ({ name, run, times: [] }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { run, times } of measured) {
      const before = process.cpuUsage();
      for (let pass = 0; pass < PASSES_A_ROUND; pass++) {
        run();
      }
      const { user, system } = process.cpuUsage(before);
      // The first round warms up the compiler.
      if (round > 0) {
        times.push((user + system) / 1000 / PASSES_A_ROUND);
      }
    }
  }
  const rows = measured.map(({ name, times }) => ({
    name,
    milliseconds: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)],
  }));
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  for (const { name, milliseconds } of rows) {
    process.stdout.write(`${name.padEnd(14)} ${milliseconds.toFixed(3)} ms a pass\n`);
  }
}

await main();
