/** What the engines must reach on a machine with two cores, and whether they reach it. */

export interface Bar {
  readonly name: string;
  readonly what: string;
  readonly unit: string;
  readonly bar: number;
  readonly goal: number;
  /** Whether more is better. */
  readonly more: boolean;
}

const more = (name: string, what: string, unit: string, bar: number, goal: number): Bar => ({
  ...{ name, what, unit, bar, goal },
  more: true,
});
const less = (name: string, what: string, unit: string, bar: number, goal: number): Bar => ({
  ...{ name, what, unit, bar, goal },
  more: false,
});

export const BARS: readonly Bar[] = [
  more('native-1', 'native against PyTorch, one thread', '×', 0.8, 1.2),
  more('native-2', 'native against PyTorch, two threads', '×', 0.7, 1),
  more('wasm-1', 'wasm, one worker', 'tokens/s', 800, 1200),
  more('wasm-stock', 'wasm against stock tfjs-layers on wasm', '×', 8, 12),
  more('wasm-2', 'wasm, two workers against one', '×', 1.6, 1.9),
  less('token', 'int8 generation, net B, a token', 'ms', 0.5, 0.3),
  more('beam', 'beam of 4 against 4 single passes', '× cheaper', 2, 3),
  less('key', 'answer to a key, idle, p95', 'ms', 20, 8),
  less('key-training', 'answer to a key while training, p95', 'ms', 30, 12),
  less('live', '1 MB: the live model answers', 's', 3, 1),
  less('tuned-native', '1 MB: network tuned in one pass, native', 'min', 6, 3),
  less('tuned-wasm', '1 MB: network tuned in one pass, wasm, two workers', 'min', 15, 8),
  less('memory-native', 'peak resident memory of the trainer, native', 'MB', 1536, 768),
  less('memory-wasm', 'peak resident memory of the trainer, wasm, two workers', 'MB', 700, 350),
  less('memory-generator', 'what the generator adds to the process', 'MB', 150, 75),
  less('memory-host', "what stays on the extension host's heap", 'MB', 30, 15),
];

export interface Measured {
  readonly name: string;
  readonly value: number;
  /** The same by processor time, which other work on the machine disturbs less; null where that is meaningless. */
  readonly byProcessorTime: number | null;
  /** The machine's load average (processes that want to run), before or after the measurement, whichever is higher. */
  readonly load: number;
}

export type Verdict = Bar & Measured & { readonly verdict: 'goal' | 'pass' | 'miss' };

export function judge(measured: Measured): Verdict {
  const bar = BARS.find(({ name }) => name === measured.name)!;
  const reaches = (limit: number): boolean => (bar.more ? measured.value >= limit : measured.value <= limit);
  return {
    ...bar,
    ...measured,
    verdict: reaches(bar.goal) ? 'goal' : reaches(bar.bar) ? 'pass' : 'miss',
  };
}
