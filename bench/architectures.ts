/**
 * Measures which architecture learns a workspace best from scratch in the same time:
 *
 *   npx tsx bench/architectures.ts [--workspaces DIR] [--only NAME] [--engine wasm|native] [--seconds 60] [--seeds 1]
 *       [--contestants lstm,gru,rnn,transformer,lstm+attention] [--learning-rate R] [--json]
 *
 * Each contestant trains for --seconds seconds of processor time, which other work on the machine disturbs less than wall-clock
 * time, once with gradients clipped to a norm of 1 and once without clipping. It is scored, rounded as it would be stored, on files
 * held out of the split's `train` part; the `test` part is not opened. Its speed in ghost text is the time of one token on the
 * kernel after a full window of text.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createKernelNetwork } from '../src/model/network/kernelNetwork';
import { quantizeWeights, type StoredWeights } from '../src/model/network/quantizedMatrix';
import {
  ARCHITECTURES,
  ATTENTION_WINDOW,
  CELL_KINDS,
  countParameters,
  type NetworkConfig,
} from '../src/model/networkConfig';
import { Tokenizer } from '../src/model/tokenizer/tokenizer';
import { suitedLayers, suitedTraining } from '../src/protocol/suitedTraining';
import { DEFAULT_TRAINING, type EngineName } from '../src/protocol/trainerProtocol';
import { holdOutFromTraining, readSplit, readTexts } from '../src/terminal/split';
import { BatchStream, type DocumentTokens } from '../src/trainer/data/batchStream';
import { sampleHeldOut, type HeldOutSample } from '../src/trainer/data/heldOutSample';
import { DivergenceError, type TrainingEngine } from '../src/trainer/engine';
import { loadEngine } from '../src/trainer/engines/loadEngine';
import { freshWeights } from '../src/trainer/training/freshWeights';
import { learningRateAt } from '../src/trainer/training/learningRateSchedule';
import { measureHeldOut } from '../src/trainer/training/measureHeldOut';
import { TrainingControl } from '../src/trainer/training/trainingControl';
import { listOf, workspaceFolders } from './workspaceFolders';
import { runBench } from './runBench';
import { processorSeconds } from './processorTime';

const root = join(__dirname, '..');
/** Enough that the score of a small network does not depend on which files were drawn. */
const HELD_OUT_TOKENS = 16_384;
/** Larger than the norm of any gradient. */
const UNCLIPPED = 1e30;
const CLIP_NORMS = [DEFAULT_TRAINING.gradientClipNorm, UNCLIPPED] as const;

const { values: flags } = parseArgs({
  options: {
    workspaces: { type: 'string', default: '../shared/workspaces' },
    only: { type: 'string', default: '' },
    engine: { type: 'string', default: 'wasm' },
    seconds: { type: 'string', default: '60' },
    seeds: { type: 'string', default: '1' },
    contestants: { type: 'string', default: 'lstm,gru,rnn,transformer,lstm+attention' },
    'learning-rate': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Texts {
  readonly train: readonly DocumentTokens[];
  readonly sample: (options: { batchSize: number; unrollSteps: number }) => HeldOutSample;
}

interface Result {
  readonly workspace: string;
  readonly contestant: string;
  readonly parameters: number;
  readonly clipped: boolean;
  readonly seed: number;
  readonly trainedTokens: number;
  /** Null if training diverged. */
  readonly bitsPerByte: number | null;
  /** Time of one token in ghost text: `next` and `predict`. */
  readonly millisecondsPerToken: number;
}

function configOf(contestant: string, vocabSize: number): NetworkConfig {
  const [name, head] = contestant.split('+');
  const architecture = ARCHITECTURES.find((known) => known === name);
  const cell = CELL_KINDS.find((known) => known === name);
  const { embeddingSize, hiddenSize } = DEFAULT_TRAINING;
  if (architecture !== undefined && head === undefined) {
    return { architecture, vocabSize, embeddingSize, hiddenSize, numLayers: suitedLayers(architecture, 0) };
  }
  if (cell !== undefined && head === 'attention') {
    const numLayers = suitedLayers(cell, 0);
    return { architecture: cell, vocabSize, embeddingSize, hiddenSize, numLayers, attention: true };
  }
  throw new Error(
    `A contestant is one of ${ARCHITECTURES.join(', ')}, or a cell with +attention; not "${contestant}".`,
  );
}

async function readWorkspace(folder: string, tokenizer: Tokenizer): Promise<Texts> {
  const split = await readSplit(join(folder, 'split.json'));
  const files = await readTexts(folder, split.train);
  const parts = holdOutFromTraining(folder, files, DEFAULT_TRAINING.seed);
  const tokensOf = (paths: readonly string[]): DocumentTokens[] =>
    files
      .filter(({ path }) => paths.includes(path))
      .map(({ text }) =>
        Uint16Array.of(tokenizer.endOfTextId, ...tokenizer.encode(text), tokenizer.endOfTextId),
      );
  const heldOut = tokensOf(parts.heldOut);
  return {
    train: tokensOf(parts.train),
    sample: (options) =>
      sampleHeldOut(heldOut, {
        ...options,
        maxTokens: HELD_OUT_TOKENS,
        seed: DEFAULT_TRAINING.seed,
        bytesOf: (id) => tokenizer.tokenBytes(id).length,
      }),
  };
}

interface Race {
  readonly engine: TrainingEngine;
  readonly config: NetworkConfig;
  readonly texts: Texts;
  readonly seed: number;
  readonly gradientClipNorm: number;
  /** Of processor time. */
  readonly seconds: number;
  readonly kernel: Uint8Array;
}

async function run(
  race: Race,
): Promise<Pick<Result, 'trainedTokens' | 'bitsPerByte' | 'millisecondsPerToken'>> {
  const { engine, config, texts, seed, gradientClipNorm, seconds, kernel } = race;
  const suited = suitedTraining(config.architecture, false);
  const peak = Number(flags['learning-rate'] ?? DEFAULT_TRAINING.learningRate);
  const stream = new BatchStream(texts.train, { ...suited, seed });
  const network = engine.createNetwork(config, freshWeights(config, texts.train, seed), seed);
  try {
    const start = processorSeconds();
    let trainedTokens = 0;
    let share = 0;
    let diverged = false;
    while (share < 1 && !diverged) {
      const batch = stream.next();
      try {
        await network.trainStep(batch, {
          learningRate: learningRateAt(share, peak),
          gradientClipNorm,
          dropout: DEFAULT_TRAINING.dropout,
        });
      } catch (error) {
        if (!(error instanceof DivergenceError)) {
          throw error;
        }
        diverged = true;
      }
      trainedTokens += batch.mask.reduce((sum, weight) => sum + weight, 0);
      share = (processorSeconds() - start) / seconds;
    }
    const { score, weights } = await measureHeldOut(network, texts.sample(suited), new TrainingControl());
    const stored = quantizeWeights(config, weights);
    return {
      trainedTokens,
      bitsPerByte: diverged || !Number.isFinite(score.bitsPerByte) ? null : score.bitsPerByte,
      millisecondsPerToken: diverged ? NaN : millisecondsPerToken(config, stored, texts.train, kernel),
    };
  } finally {
    network.dispose();
  }
}

function millisecondsPerToken(
  config: NetworkConfig,
  weights: StoredWeights,
  documents: readonly DocumentTokens[],
  kernel: Uint8Array,
): number {
  const network = createKernelNetwork(config, weights, 'contestant', kernel);
  const longest = documents.reduce((most, tokens) => (tokens.length > most.length ? tokens : most));
  const probs = new Float32Array(config.vocabSize);
  let state = network.start();
  const read = (from: number, count: number): void => {
    for (let i = from; i < from + count; i++) {
      state = network.next(state, longest[i % longest.length]);
      network.predict(state, probs);
    }
  };
  read(0, ATTENTION_WINDOW);
  const start = processorSeconds();
  read(ATTENTION_WINDOW, ATTENTION_WINDOW);
  const taken = processorSeconds() - start;
  network.dispose();
  return (1000 * taken) / ATTENTION_WINDOW;
}

async function main(): Promise<void> {
  const seconds = Number(flags.seconds);
  const seeds = Number(flags.seeds);
  if (!(seconds > 0) || !(seeds >= 1)) {
    throw new Error('--seconds and --seeds take numbers above 0.');
  }
  const tokenizerPath = join(root, 'models', 'base', 'tokenizer.json');
  const tokenizer = Tokenizer.fromJson(JSON.parse(await readFile(tokenizerPath, 'utf8')));
  const kernel = await readFile(join(root, 'dist', 'kernel.wasm'));
  const engine = await loadEngine(flags.engine as EngineName, {
    threads: 1,
    nativeFolders: [join(root, '.cache', 'native')],
  });
  const folders = workspaceFolders(flags.workspaces, listOf(flags.only));
  const results: Result[] = [];
  for (const folder of folders) {
    const workspace = basename(folder);
    const texts = await readWorkspace(folder, tokenizer);
    for (const contestant of flags.contestants.split(',')) {
      const config = configOf(contestant, tokenizer.vocabSize);
      for (const gradientClipNorm of CLIP_NORMS) {
        for (let seed = 1; seed <= seeds; seed++) {
          const result = {
            ...{ workspace, contestant, parameters: countParameters(config) },
            ...{ clipped: gradientClipNorm !== UNCLIPPED, seed },
            ...(await run({ engine, config, texts, seed, gradientClipNorm, seconds, kernel })),
          };
          results.push(result);
          process.stderr.write(`${JSON.stringify(result)}\n`);
        }
      }
    }
  }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ engine: engine.description, seconds, architectures: results })}\n`
      : table(results, `${seconds} s of processor time on ${engine.description}`),
  );
}

function table(results: readonly Result[], conditions: string): string {
  const workspaces = [...new Set(results.map(({ workspace }) => workspace))];
  const lines = [
    `Bits per byte on files kept aside, from scratch, ${conditions}; less is better`,
    '',
    `| network | parameters | clipping | ${workspaces.join(' | ')} | tokens trained | ms a token |`,
    `| --- | ---: | --- | ${workspaces.map(() => '---:').join(' | ')} | ---: | ---: |`,
  ];
  const rows = new Map<string, Result[]>();
  for (const result of results) {
    const key = `${result.contestant} ${result.clipped}`;
    rows.set(key, [...(rows.get(key) ?? []), result]);
  }
  for (const row of rows.values()) {
    const [{ contestant, parameters, clipped }] = row;
    const bits = workspaces.map((workspace) => {
      const scores = row.filter((result) => result.workspace === workspace).map((r) => r.bitsPerByte);
      return scores.includes(null) ? 'diverged' : mean(scores as number[]).toFixed(3);
    });
    const tokens = Math.round(mean(row.map(({ trainedTokens }) => trainedTokens))).toLocaleString('en');
    const speed = mean(row.map(({ millisecondsPerToken }) => millisecondsPerToken)).toFixed(2);
    lines.push(
      `| ${contestant} | ${(parameters / 1e6).toFixed(2)} M | ${clipped ? 'norm 1' : 'none'} | ${bits.join(' | ')} | ${tokens} | ${speed} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

runBench(main);
