import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LlamaSource } from '../../../../src/completion/half/gguf/llamaSource';
import { ProgramFault } from '../../../../src/completion/process/openingFaults';

/** Replaces node-llama-cpp: for each token that is asked about, it predicts what the model's path says. It notes what it reads. */
const LIBRARY = `
const read = (exports.read = []);
exports.getLlama = async () => ({
  loadModel: async ({ modelPath }) => ({
    tokenize: (text) => [...text].map((_, i) => i),
    createContext: async () => {
      const _ctx = { sampleToken: async () => [0, JSON.parse(modelPath).flatMap((p, id) => [id, p ?? NaN])] };
      return {
        _ctx,
        getSequence: () => ({
          nextTokenIndex: 0,
          async adaptStateToTokens(kept) {
            this.nextTokenIndex = kept.length;
          },
          controlledEvaluate: async (input) => {
            read.push(input);
            for (const token of input) {
              if (Array.isArray(token)) await _ctx.sampleToken();
            }
          },
        }),
      };
    },
  }),
});`;

describe('LlamaSource', () => {
  let modulePath = '';
  before(() => {
    modulePath = mkdtempSync(join(tmpdir(), 'understudy-llama-'));
    const folder = join(modulePath, 'node_modules', 'node-llama-cpp', 'dist');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.js'), LIBRARY);
  });
  after(() => {
    rmSync(modulePath, { recursive: true });
  });

  const ask = async (...probs: (number | null)[]) => {
    const path = JSON.stringify(probs);
    const source = await LlamaSource.open({ path, modulePath, vocabSize: 3, window: 8, threads: 1 });
    const [answers] = await source.ask([{ tokens: Int32Array.of(0, 1), after: [1, 2] }]);
    return { answers: answers.map((answer) => answer && [...answer]), fault: source.fault?.message };
  };

  it('tells a llama.cpp that cannot be started from a model that cannot be loaded', async () => {
    const options = {
      path: '',
      modulePath: join(modulePath, 'nowhere'),
      vocabSize: 3,
      window: 8,
      threads: 1,
    };
    await assert.rejects(LlamaSource.open(options), ProgramFault);
  });

  it('hands out what the model predicts', async () => {
    const probs = [0.25, 0.5, 0.25];
    assert.deepEqual(await ask(...probs), { answers: [probs, probs], fault: undefined });
  });

  it('reads no token again but the first that it is asked about, and changes no probability', async () => {
    const address = pathToFileURL(join(modulePath, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'));
    const { read } = (await import(address.href)) as { read: unknown[] };
    const options = { path: '[0, 0.5, 0.5]', modulePath, vocabSize: 3, window: 8, threads: 1 };
    const source = await LlamaSource.open(options);
    const tokens = Int32Array.of(5, 6, 7);
    read.length = 0;
    await source.ask([
      { tokens, after: [2, 3] },
      { tokens, after: [3] },
    ]);
    const asked = (token: number) => [
      token,
      {
        generateNext: {
          probabilities: true,
          options: { temperature: 1, topK: 3, topP: 1, minP: 0, seed: 1 },
        },
      },
    ];
    assert.deepEqual(read, [[asked(6), asked(7)], [asked(7)]]);
    read.length = 0;
    await source.ask([{ tokens, after: [1, 3] }]);
    assert.deepEqual(read, [[asked(5), 6, asked(7)]]);
  });

  for (const probs of [
    [null, null, null],
    [0.5, null, 0.5],
    [0, 0, 0],
    [0.9, 0.9, 0.9],
  ]) {
    it(`gives no answer from ${JSON.stringify(probs)} (null: not a number), and says why`, async () => {
      const { answers, fault } = await ask(...probs);
      assert.deepEqual(answers, [null, null]);
      assert.match(fault ?? '', /not probabilities, as its weights are damaged/);
    });
  }
});
