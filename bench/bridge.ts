/**
 * Measures what bridging costs and loses: bits per byte of a GGUF model in its own tokens and over the shared vocabulary, the model's
 * predictions per shared token, and the milliseconds of the bridge and of the model.
 *   node --import tsx bench/bridge.ts MODEL.gguf FOLDER_WITH_NODE_LLAMA_CPP TEXT [CHARACTERS]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bridge } from '../src/model/bridge/bridge';
import type { ForeignModel } from '../src/model/bridge/foreignModel';
import { Tokenizer } from '../src/model/tokenizer/tokenizer';
import { loadGguf, readGguf } from '../src/completion/half/gguf/ggufModel';
import type { LlamaSource } from '../src/completion/half/gguf/llamaSource';
import { processorSeconds } from './processorTime';
import { runBench } from './runBench';

const root = join(__dirname, '..');
/** Places asked about at once. */
const BATCH = 8;
const MEASURED_TOKENS = 48;
/** Bytes at least before the measured text. */
const CONTEXT = 500;

const processorMilliseconds = () => 1000 * processorSeconds();

/** The model, wrapped to count the processor time spent in it. */
function timed<State>({ expert, vocabulary }: ForeignModel<State>) {
  let spent = 0;
  const { readiness } = expert;
  const model: ForeignModel<State> = {
    vocabulary,
    expert: {
      name: expert.name,
      vocabSize: expert.vocabSize,
      start: () => expert.start(),
      next: (state, id) => expert.next(state, id),
      nextMany: (states, ids) => expert.nextMany(states, ids),
      predict: (state, probs) => {
        expert.predict(state, probs);
      },
      predictMany: (states, probs) => {
        expert.predictMany(states, probs);
      },
      readiness: {
        isReady: (state) => readiness?.isReady(state) ?? true,
        prepare: async (states) => {
          const began = processorMilliseconds();
          await readiness?.prepare(states);
          spent += processorMilliseconds() - began;
        },
      },
      dispose: () => {
        expert.dispose();
      },
    },
  };
  return { model, spent: () => spent };
}

/** Bits of the model's own tokens, from `from` on. */
async function bitsInOwnTokens<State>(
  { expert, vocabulary }: ForeignModel<State>,
  ids: ArrayLike<number>,
  from: number,
): Promise<number> {
  let state = expert.start();
  if (vocabulary.beginOfTextId !== null) {
    state = expert.next(state, vocabulary.beginOfTextId);
  }
  const states: State[] = [];
  for (let i = 0; i < ids.length; i++) {
    states.push(state);
    state = expert.next(state, ids[i]);
  }
  let bits = 0;
  const probs = new Float32Array(expert.vocabSize);
  for (let i = from; i < ids.length; i++) {
    if ((i - from) % BATCH === 0) {
      await expert.readiness?.prepare(states.slice(i, i + BATCH));
    }
    expert.predict(states[i], probs);
    bits -= Math.log2(probs[ids[i]]);
  }
  return bits;
}

/** Milliseconds of processor time to read a token, and to predict the next one. */
async function costOfAToken(
  source: LlamaSource,
  ids: ArrayLike<number>,
): Promise<[read: number, say: number]> {
  const tokens = Int32Array.from(Array.from(ids).slice(0, MEASURED_TOKENS));
  const everywhere = Array.from(tokens, (_, i) => i + 1);
  const timeOf = async (after: readonly number[]) => {
    const began = processorMilliseconds();
    // Asked about its first token, it reads all of them again.
    await source.ask([{ tokens, after }]);
    return processorMilliseconds() - began;
  };
  const few = await timeOf([1, tokens.length]);
  const all = await timeOf(everywhere);
  return [few / tokens.length, (all - few) / (tokens.length - 2)];
}

async function main([path, modulePath, textPath, characters = '600']: readonly string[]): Promise<void> {
  const tokenizer = Tokenizer.fromJson(
    JSON.parse(readFileSync(join(root, 'models', 'base', 'tokenizer.json'), 'utf8')),
  );
  const opened = await loadGguf(readGguf(path, modulePath), 1);
  const { model, spent } = timed(opened.model);
  const whole = readFileSync(textPath, 'utf8');
  // Whole paragraphs, so that both vocabularies have a boundary where measuring begins.
  const begin = whole.indexOf('\n\n', CONTEXT) + 2;
  const before = whole.slice(0, begin);
  const text = whole.slice(begin, begin + Number(characters));
  const bytes = new TextEncoder().encode(text).length;
  const own = model.vocabulary.encode(new TextEncoder().encode(before + text))!;
  const ownBefore = model.vocabulary.encode(new TextEncoder().encode(before))!.ids.length;
  const ownBits = await bitsInOwnTokens(model, own.ids, ownBefore);
  const [read, say] = await costOfAToken(opened.source, own.ids);

  const loading = processorMilliseconds();
  const bridge = new Bridge(model, tokenizer);
  const loaded = processorMilliseconds() - loading;
  let state = bridge.next(bridge.start(), tokenizer.endOfTextId);
  for (const id of tokenizer.encode(before)) {
    state = bridge.next(state, id);
  }
  const ids = tokenizer.encode(text);
  const states = Array.from(ids, (id) => {
    const earlier = state;
    state = bridge.next(state, id);
    return earlier;
  });
  const inModel = spent();
  const began = processorMilliseconds();
  let bits = 0;
  const probs = new Float32Array(bridge.vocabSize);
  for (const [i, id] of ids.entries()) {
    if (i % BATCH === 0) {
      await bridge.readiness?.prepare(states.slice(i, i + BATCH));
    }
    bridge.predict(states[i], probs);
    bits -= Math.log2(probs[id]);
    if (process.env['VERBOSE'] !== undefined) {
      process.stdout.write(
        `${JSON.stringify(tokenizer.decode([id]))} ${(-Math.log2(probs[id])).toFixed(2)}  `,
      );
    }
  }
  const modelTime = spent() - inModel;
  const ownTime = processorMilliseconds() - began - modelTime;
  const { distributions, foreignPredictions } = bridge.cost;
  process.stdout.write(
    [
      `${bytes} bytes, ${own.ids.length - ownBefore} own tokens, ${ids.length} shared tokens`,
      `bits per byte  own ${(ownBits / bytes).toFixed(4)}  bridged ${(bits / bytes).toFixed(4)}`,
      `predictions a shared token ${(foreignPredictions / distributions).toFixed(2)}`,
      `ms of processor time  reading an own token ${read.toFixed(2)}  what follows it ${say.toFixed(2)}`,
      `  a prediction ${(modelTime / foreignPredictions).toFixed(2)}  bridging a shared token ${(ownTime / ids.length).toFixed(2)}  both ${((modelTime + ownTime) / ids.length).toFixed(2)}  loading ${loaded.toFixed(0)}`,
      '',
    ].join('\n'),
  );
  bridge.dispose();
}

runBench(() => main(process.argv.slice(2)));
