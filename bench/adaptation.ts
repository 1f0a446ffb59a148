/**
 * Compares ways to fit a base network to a workspace, by cross-validation over the files that each split.json lists as `train`. Its
 * `test` files are never opened:
 *
 *   npm run bench -- adaptation [--workspaces DIR] [--only NAME,NAME] [--json]
 *   npx tsx bench/adaptation.ts [--parts recipes,recency,save] [--recipes NAME,NAME] [--folds 2] [--tokens 120000] [--held-out 4000] [--learned 15000]
 *
 * Each recipe gets the time that the shipped one needs for --tokens tokens. The engine runs on one thread: the native one if it is
 * installed, else wasm. Results are kept, so that an interrupted run continues.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeCheckpoint } from '../src/model/checkpoint/checkpoint';
import { dequantizeWeights, quantizeWeights } from '../src/model/network/quantizedMatrix';
import type { NetworkWeights } from '../src/model/networkConfig';
import { tokenKinds } from '../src/model/tokenizer/tokenKinds';
import { Tokenizer } from '../src/model/tokenizer/tokenizer';
import { productPaths } from '../src/terminal/productPaths';
import { BatchStream } from '../src/trainer/data/batchStream';
import type { TrainingEngine } from '../src/trainer/engine';
import { loadNativeEngine } from '../src/trainer/engines/nativeEngine';
import { loadWasmEngine } from '../src/trainer/engines/wasmEngine';
import { adapt } from './adaptation/adapt';
import { comparison, type MeasuredCell } from './adaptation/comparisonTable';
import { foldsOf, type Fold } from './adaptation/fold';
import { learnOnSave, SAVE_STEPS, TOKENS_PER_SAVE } from './adaptation/learnOnSave';
import { RECENCY_RECIPES, RECIPES, SHIPPED, type Recipe } from './adaptation/recipe';
import { scoreFold, type FoldScore } from './adaptation/scoreFold';
import { listOf, workspaceFolders } from './workspaceFolders';
import { KeptMeasurements } from './quality/kept';
import { runBench } from './runBench';
import { median } from './median';
import { processorSeconds } from './processorTime';

process.env['TF_NUM_INTRAOP_THREADS'] = '1';
process.env['TF_NUM_INTEROP_THREADS'] = '1';

const root = join(__dirname, '..');
const nativeFolder = join(root, '.cache', 'native');
const kept = new KeptMeasurements(join(root, '.cache', 'bench', 'adaptation'), false);
const PARTS = ['recipes', 'recency', 'save'] as const;
/** For the parts that predict what comes next: files after this share of them are held out. */
const NEXT_FROM = 0.85;
const SEED = 1;

const { values: flags } = parseArgs({
  options: {
    workspaces: { type: 'string', default: join(root, '..', 'shared', 'workspaces') },
    only: { type: 'string', default: '' },
    parts: { type: 'string', default: PARTS.join(',') },
    recipes: { type: 'string', default: '' },
    folds: { type: 'string', default: '2' },
    tokens: { type: 'string', default: '120000' },
    'held-out': { type: 'string', default: '4000' },
    learned: { type: 'string', default: 'Infinity' },
    json: { type: 'boolean', default: false },
  },
});

class AdaptationBench {
  private readonly cells: MeasuredCell[] = [];

  private constructor(
    private readonly engine: TrainingEngine,
    private readonly baseBytes: Uint8Array,
    private readonly kernel: Uint8Array,
    private readonly base = decodeCheckpoint(baseBytes, 'the base model'),
    private readonly baseWeights: NetworkWeights = dequantizeWeights(base.weights),
    readonly tokenizer = Tokenizer.fromJson(base.tokenizer),
  ) {}

  static async start(): Promise<AdaptationBench> {
    const { baseModel, kernel } = productPaths(root);
    if (baseModel === null) {
      throw new Error('There is no base model in models/base to start from.');
    }
    const engine = existsSync(nativeFolder)
      ? await loadNativeEngine({ nativeFolders: [nativeFolder] })
      : await loadWasmEngine({ threads: 1 });
    return new AdaptationBench(engine, await readFile(baseModel), await readFile(kernel));
  }

  get table(): string {
    return comparison(this.cells);
  }

  get measured(): readonly MeasuredCell[] {
    return this.cells;
  }

  async recipes(
    part: string,
    folds: readonly Fold[],
    recipes: Readonly<Record<string, Partial<Recipe>>>,
  ): Promise<void> {
    const wanted = listOf(flags.recipes);
    for (const fold of folds) {
      await this.cell(part, fold, 'base alone', () => this.score(fold, null));
      for (const [name, change] of Object.entries(recipes)) {
        if (wanted.length === 0 || wanted.includes(name)) {
          await this.cell(part, fold, name, () => this.adaptAndScore(fold, { ...SHIPPED, ...change }));
        }
      }
    }
  }

  async saves(folds: readonly Fold[]): Promise<void> {
    for (const fold of folds) {
      const network = await this.adapted(fold, SHIPPED);
      try {
        const weights = await network.exportWeights();
        const optimizer = await network.exportOptimizer();
        const { config } = this.base;
        for (const [name, step] of Object.entries(SAVE_STEPS)) {
          network.importWeights(weights);
          network.importOptimizer(optimizer);
          network.resetState('train');
          const learn = step === null ? () => Promise.resolve(null) : learnOnSave(network, config, step);
          await this.cell('save', fold, name, () =>
            this.score(fold, weights, { every: TOKENS_PER_SAVE, learn }),
          );
        }
      } finally {
        network.dispose();
      }
    }
  }

  private async adaptAndScore(fold: Fold, recipe: Recipe): Promise<FoldScore> {
    const network = await this.adapted(fold, recipe);
    try {
      return await this.score(fold, await network.exportWeights());
    } finally {
      network.dispose();
    }
  }

  private async adapted(fold: Fold, recipe: Recipe) {
    const { engine, base, baseWeights } = this;
    const tokens = Number(flags.tokens) * (await this.relativeSpeed(fold, recipe));
    return adapt({
      engine,
      config: base.config,
      base: baseWeights,
      learned: fold.learned,
      recipe,
      tokens,
      seed: SEED,
    });
  }

  private score(fold: Fold, personal: NetworkWeights | null, learnOn?: Parameters<typeof scoreFold>[2]) {
    const { config, weights, gate } = this.base;
    const models = {
      config,
      kinds: tokenKinds(this.tokenizer),
      base: weights,
      personal: personal === null ? null : quantizeWeights(config, personal),
      gate,
      kernel: this.kernel,
    };
    return scoreFold(fold, models, learnOn);
  }

  /** How many tokens this batch size trains in the time of one token at the shipped batch size. */
  private async relativeSpeed(fold: Fold, { batchSize, unrollSteps }: Recipe): Promise<number> {
    if (batchSize === SHIPPED.batchSize && unrollSteps === SHIPPED.unrollSteps) {
      return 1;
    }
    return kept.measured('speed', [batchSize, unrollSteps], async () => {
      const own = await this.cpuSecondsPerToken(fold, batchSize, unrollSteps);
      return (await this.cpuSecondsPerToken(fold, SHIPPED.batchSize, SHIPPED.unrollSteps)) / own;
    });
  }

  private async cpuSecondsPerToken(fold: Fold, batchSize: number, unrollSteps: number): Promise<number> {
    const network = this.engine.createNetwork(this.base.config, this.baseWeights, SEED);
    const stream = new BatchStream(fold.learned, { batchSize, unrollSteps, seed: SEED });
    const seconds: number[] = [];
    for (let step = 0; step < 12; step++) {
      const start = processorSeconds();
      await network.trainStep(stream.next(), { learningRate: 1e-6, dropout: 0.1, gradientClipNorm: 1 });
      seconds.push(processorSeconds() - start);
    }
    network.dispose();
    // The first steps of an engine are slower than all later ones.
    return median(seconds.slice(2)) / (batchSize * unrollSteps);
  }

  private async cell(
    part: string,
    fold: Fold,
    name: string,
    measure: () => Promise<FoldScore>,
  ): Promise<void> {
    const { tokens, 'held-out': heldOut, learned } = flags;
    const base = createHash('sha256').update(this.baseBytes).digest('hex').slice(0, 8);
    const conditions = [fold.name, name, tokens, heldOut, learned, base];
    const score = await kept.measured(part, conditions, measure);
    this.cells.push({ part, fold: fold.name, name, ...score });
    process.stderr.write(
      `${part}, ${fold.name}, ${name}: ${score.personal.toFixed(4)} alone, ${score.mix.toFixed(4)} in the mix\n`,
    );
  }
}

async function main(): Promise<void> {
  const parts = listOf(flags.parts);
  const unknown = parts.find((part) => !PARTS.some((name) => name === part));
  if (unknown !== undefined) {
    throw new Error(`--parts takes some of ${PARTS.join(', ')}; not "${unknown}".`);
  }
  const bench = await AdaptationBench.start();
  const folders = workspaceFolders(flags.workspaces, listOf(flags.only));
  const options = {
    folds: Number(flags.folds),
    heldOutTokens: Number(flags['held-out']),
    learnedTokens: Number(flags.learned),
  };
  for (const folder of folders) {
    if (parts.includes('recipes')) {
      await bench.recipes(
        'recipes',
        await foldsOf(folder, bench.tokenizer, { ...options, after: null }),
        RECIPES,
      );
    }
    const next = await foldsOf(folder, bench.tokenizer, { ...options, after: NEXT_FROM });
    if (parts.includes('recency')) {
      await bench.recipes('recency', next, RECENCY_RECIPES);
    }
    if (parts.includes('save')) {
      await bench.saves(next);
    }
  }
  process.stdout.write(flags.json ? `${JSON.stringify(bench.measured)}\n` : bench.table);
}

runBench(main);
