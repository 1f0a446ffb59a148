/**
 * Measures what a language-model half adds to the personal network: bits per byte and keys saved by the network alone, by each half
 * alone, and by the mix without and with the half; and milliseconds per suggestion.
 *
 *   npx tsx bench/halves.ts [--json] [--half MODEL,MODEL] [--workspaces FOLDER] [--only NAME,NAME]
 *                           [--bytes 8000] [--keys 300] [--seconds 60] [--engine wasm]
 *
 * A half is a .gguf, .h5 or .keras file or a server's address; without --half it is the test model of `npm run llama -- --model`.
 * Only the beginnings of test files are read, --bytes per workspace, since a Transformer is slow. The gate starts with what training
 * taught it and knows nothing of the half. It learns during the measurement, and each token is scored before it learns from it.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openHalf, type OpenedHalf } from '../src/completion/half/openHalf';
import { scoreText } from '../src/model/evaluate/scoreText';
import { sampleStretches } from '../src/model/evaluate/typedStretches';
import type { Expert } from '../src/model/expert';
import { seededRandom } from '../src/model/generation/seededRandom';
import { Mixture, type MixtureOptions } from '../src/model/mixture/mixture';
import { ENGINE_NAMES } from '../src/protocol/trainerProtocol';
import { halfChoice } from '../src/terminal/halfOption';
import { loadMixture } from '../src/terminal/loadedNetwork';
import { readSplit, readTexts } from '../src/terminal/split';
import type { Terminal } from '../src/terminal/terminal';
import { fileUri } from '../src/terminal/workspaceTexts';
import { readTokenizer } from '../src/trainer/sharedTokenizer';
import { align, type Row } from './alignRows';
import { benchTerminal } from './benchTerminal';
import { sampledHeads } from './halves/sampledHeads';
import { trainedModel } from './halves/trainedModel';
import { typeWith, type Typed } from './halves/typeWith';
import { listOf, workspaceFolders } from './workspaceFolders';
import { runBench } from './runBench';

const root = join(__dirname, '..');
const testModel = join(root, '.cache', 'llama', 'SmolLM2-135M-Instruct.Q4_1.gguf');
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    half: { type: 'string', default: testModel },
    workspaces: { type: 'string', default: join(root, '..', 'shared', 'workspaces') },
    only: { type: 'string', default: '' },
    bytes: { type: 'string', default: '8000' },
    keys: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    engine: { type: 'string', default: 'wasm' },
  },
});

/** Which experts predict: the personal network alone, the half alone, all but the half, all. */
const CONTESTANTS = ['network', 'half', 'mix without', 'mix with'] as const;
type Contestant = (typeof CONTESTANTS)[number];

interface Measured {
  readonly workspace: string;
  readonly half: string;
  readonly bytes: number;
  readonly bitsPerByte: Readonly<Record<Contestant, number>>;
  readonly typed: Readonly<Record<Contestant, Typed>> | null;
}

async function measure(
  terminal: Terminal,
  folder: string,
  halves: ReadonlyMap<string, Expert>,
): Promise<Measured[]> {
  const split = await readSplit(join(folder, 'split.json'));
  const train = await readTexts(folder, split.train);
  const test = sampledHeads(await readTexts(folder, split.test), Number(values.bytes));
  const engine = (['auto', ...ENGINE_NAMES] as const).find((name) => name === values.engine) ?? 'wasm';
  const cacheFolder = join(root, '.cache', 'bench', 'halves');
  const seconds = Number(values.seconds);
  const personalPath = await trainedModel(terminal, folder, train, cacheFolder, { seconds, engine });
  const { options, tokenizer } = await loadMixture(terminal.product, personalPath);
  const without = new Mixture(options);
  for (const { path, text } of train) {
    without.workspace.learnFile(fileUri(folder, path), tokenizer.encode(text), false);
  }
  const documents = test.map(({ path, text, bytes }) => ({
    uri: fileUri(folder, path),
    tokens: tokenizer.encode(text),
    bytes,
  }));
  const stretches = sampleStretches(
    test.map(({ path, text }) => ({ name: fileUri(folder, path), text })),
    Number(values.keys),
    seededRandom(1),
  );
  const type = async (mix: Mixture): Promise<Typed> => typeWith(mix, tokenizer, stretches);
  const alone = (more: Pick<MixtureOptions, 'networks' | 'half'>): Mixture =>
    new Mixture({ ...options, gate: null, without: ['counts', 'copy', 'document'], ...more });
  const isTyped = stretches.length > 0 && Number(values.keys) > 0;
  const ownNetwork = options.networks.slice(-1);
  const score = async (mix: Mixture, what: string) =>
    scoreText(mix, documents, ({ tokens, totalTokens }) => {
      terminal.progress.show(`${basename(folder)}: ${what}, ${Math.round((100 * tokens) / totalTokens)} %`);
    });
  const before = await score(without, 'without a half');
  const typedBefore = isTyped
    ? {
        network: await type(alone({ networks: ownNetwork })),
        'mix without': await type(new Mixture({ ...options, workspace: without.workspace })),
      }
    : null;
  const measured: Measured[] = [];
  for (const [name, half] of halves) {
    const together = new Mixture({ ...options, half, workspace: without.workspace });
    const { bytes, bitsPerByte } = await score(together, name);
    measured.push({
      workspace: basename(folder),
      half: name,
      bytes,
      bitsPerByte: {
        network: bitsPerByte[ownNetwork[0]?.name ?? ''] ?? NaN,
        half: bitsPerByte['half'],
        'mix without': before.bitsPerByte['mix'],
        'mix with': bitsPerByte['mix'],
      },
      typed: typedBefore && {
        ...typedBefore,
        half: await type(alone({ networks: [], half })),
        'mix with': await type(together),
      },
    });
  }
  for (const network of options.networks) {
    network.dispose();
  }
  return measured;
}

function tables(measured: readonly Measured[]): string {
  const names = [...new Set(measured.map(({ half }) => half))];
  return names
    .map((name) => {
      const own = measured.filter(({ half }) => half === name);
      const rows = (cell: (measure: Measured, contestant: Contestant) => string): Row[] => [
        ['workspace', ...CONTESTANTS],
        ...own.map((measure): Row => [measure.workspace, ...CONTESTANTS.map((one) => cell(measure, one))]),
      ];
      const isTyped = own.every(({ typed }) => typed !== null);
      return [
        `Beside ${name}\n`,
        `Bits per byte\n${align(rows(({ bitsPerByte }, one) => bitsPerByte[one].toFixed(3)))}`,
        isTyped &&
          `Keys saved\n${align(rows(({ typed }, one) => `${(100 * typed![one].savedShare).toFixed(1)} %`))}`,
        isTyped &&
          `Milliseconds a suggestion\n${align(rows(({ typed }, one) => typed![one].milliseconds.toFixed(0)))}`,
      ]
        .filter((part) => part !== false)
        .join('\n');
    })
    .join('\n');
}

async function main(): Promise<void> {
  if (values.half === testModel && !existsSync(testModel)) {
    throw new Error(
      'There is no model to measure: run "npm run llama -- --model" first, or name one with --half.',
    );
  }
  const terminal = benchTerminal();
  const tokenizer = await readTokenizer(terminal.product.tokenizer);
  const folders = workspaceFolders(values.workspaces, listOf(values.only));
  const opened = new Map<string, OpenedHalf>();
  try {
    for (const name of values.half.split(',')) {
      const half = await openHalf(halfChoice(name, join(root, '.cache', 'llama')), {
        tokenizer,
        llamaPath: join(root, 'dist', 'llama.js'),
        onStatus: ({ message }) => {
          terminal.note(message);
        },
      });
      opened.set(half.description, half);
    }
    const halves = new Map([...opened].map(([name, { expert }]) => [name, expert]));
    const measured: Measured[] = [];
    for (const folder of folders) {
      const name = basename(folder);
      const ofOne = await measure(terminal, folder, halves);
      measured.push(...ofOne);
      terminal.progress.clear();
      if (!values.json) {
        terminal.note(ofOne.map(({ bitsPerByte }) => `${name} ${JSON.stringify(bitsPerByte)}`).join('\n'));
      }
    }
    terminal.write(values.json ? `${JSON.stringify(measured)}\n` : tables(measured));
  } finally {
    for (const { expert } of opened.values()) {
      expert.dispose();
    }
  }
}

runBench(main);
