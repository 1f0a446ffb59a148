/** A real server, llama.cpp's own with SmolLM2-135M, as `npm run test:large` fetches them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GeneratorClient } from '../../src/completion/generatorClient';
import { openHalf, type OpenedHalf } from '../../src/completion/half/openHalf';
import { CompletionsClient } from '../../src/completion/half/server/completionsClient';
import { scoreText } from '../../src/model/evaluate/scoreText';
import type { Expert } from '../../src/model/expert';
import { Mixture } from '../../src/model/mixture/mixture';
import { tokenKinds } from '../../src/model/tokenizer/tokenKinds';
import type { StatusReport } from '../../src/protocol/generatorProtocol';
import { kernelBytes } from '../support/kernelBytes';
import { isServerInstalled, RealServer } from '../support/realServer';
import { shippedTokenizer } from '../support/shippedTokenizer';

const modulePath = resolve('.cache/llama');
const path = join(modulePath, 'SmolLM2-135M-Instruct.Q4_1.gguf');
const surroundings = {
  tokenizer: shippedTokenizer,
  llamaPath: resolve('src/completion/half/gguf/llamaProcess.ts'),
  onStatus: () => undefined,
};
const ENGLISH = 'The lighthouse stood at the end of the pier. Every evening the keeper climbed the stairs.\n';

/** What an expert says after a text [vocabSize], once it has been waited for. */
async function probabilitiesAfter(expert: Expert, text: string): Promise<Float32Array> {
  let state = expert.next(expert.start(), shippedTokenizer.endOfTextId);
  for (const tokenId of shippedTokenizer.encode(text)) {
    state = expert.next(state, tokenId);
  }
  await expert.readiness?.prepare([state]);
  assert.ok(expert.readiness?.isReady(state) ?? true, `no answer after "${text}"`);
  const probs = new Float32Array(expert.vocabSize);
  expert.predict(state, probs);
  return probs;
}

const likeliest = (probs: Float32Array): string =>
  Buffer.from(shippedTokenizer.tokenBytes(probs.indexOf(Math.max(...probs)))).toString();

async function bitsPerByte({ expert }: OpenedHalf, text: string): Promise<number> {
  const { endOfTextId } = shippedTokenizer;
  const mix = new Mixture({
    endOfTextId,
    kinds: tokenKinds(shippedTokenizer),
    networks: [],
    half: expert,
    gate: null,
  });
  const tokens = shippedTokenizer.encode(text);
  const document = { uri: 'a', tokens, bytes: Buffer.byteLength(text) };
  return (await scoreText(mix, [document])).bitsPerByte['half'];
}

describe('llama.cpp’s server with SmolLM2-135M', function () {
  this.timeout(600_000);
  let server: RealServer | null = null;
  let half: OpenedHalf;
  let exact: OpenedHalf;
  before(async function () {
    if (!isServerInstalled) {
      console.log('    SKIPPED: llama.cpp’s server is not installed; "npm run test:large" says why.');
      this.skip();
    }
    server = await RealServer.start(path);
    half = await openHalf({ kind: 'server', address: server.address }, surroundings);
    exact = await openHalf({ kind: 'gguf', path, modulePath }, surroundings);
  });
  after(async () => {
    half?.expert.dispose();
    exact?.expert.dispose();
    await server?.kill();
  });

  it('is opened by its address alone, and tells which model it has', () => {
    assert.match(
      half.description,
      /^SmolLM2-135M-Instruct\.Q4_1\.gguf on 127\.0\.0\.1:\d+ \(server; its 100 likeliest tokens, the rest spread evenly\)$/,
    );
  });

  it('tells the bytes of tokens that are parts of a character', async () => {
    const client = new CompletionsClient({ address: server!.address });
    const [{ choices: told }] = await client.choicesAfter('I am so happy! 😀😀😀😀😀', 1);
    const choices = told ?? [];
    const parts = choices.filter(({ bytes }) => Buffer.from(bytes).toString().includes('\ufffd'));
    // The likeliest begins one more smile, which this model writes in two tokens or more.
    assert.ok(parts.includes(choices[0]) && choices[0].bytes[0] === 0xf0, 'no part of a character first');
    const sum = choices.reduce((total, { probability }) => total + probability, 0);
    assert.ok(choices.length === 100 && sum > 0.5 && sum <= 1 + 1e-6, `${choices.length} of ${sum}`);
  });

  it('agrees with the same model read in full', async () => {
    for (const text of ['The capital of France is', 'Once upon a', 'She opened the door and']) {
      const told = await probabilitiesAfter(half.expert, text);
      const known = await probabilitiesAfter(exact.expert, text);
      assert.equal(likeliest(told), likeliest(known), text);
      const best = known.indexOf(Math.max(...known));
      assert.ok(Math.abs(told[best] - known[best]) < 0.1, `${text}: ${told[best]}, really ${known[best]}`);
      assert.ok(Math.abs(told.reduce((a, b) => a + b, 0) - 1) < 1e-5);
    }
  });

  it('predicts English by its likeliest tokens', async () => {
    const [told, known] = [await bitsPerByte(half, ENGLISH), await bitsPerByte(exact, ENGLISH)];
    console.log(`      ${told.toFixed(2)} bits per byte; read in full ${known.toFixed(2)}`);
    assert.ok(told < known + 1, `${told}, read in full ${known}`);
  });

  describe('in the generator’s thread', () => {
    let folder = '';
    let client: GeneratorClient;
    const statuses: StatusReport[] = [];
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'understudy-server-'));
      writeFileSync(join(folder, 'kernel.wasm'), await kernelBytes());
      client = new GeneratorClient({
        workerPath: resolve('test/support/generatorWorker.mjs'),
        kernelPath: join(folder, 'kernel.wasm'),
        tokenizerPath: resolve('models/base/tokenizer.json'),
        baseModelPath: null,
        onStatus: (status) => status.model === 'half' && statuses.push(status),
      });
      await client.loadHalf({ kind: 'server', address: server!.address });
    });
    after(async () => {
      await client?.dispose();
      rmSync(folder, { recursive: true });
    });

    let count = 0;
    const ghostText = async (prefix: string): Promise<string> => {
      const document = { uri: `file:///${count++}.md`, languageId: 'markdown', prefix, suffix: '' };
      const question = { document, multiline: false, eagerness: 1, maxNewTokens: 8 };
      return (await client.refine(question, AbortSignal.timeout(60_000))).insertText;
    };
    const heard = async (state: StatusReport['state']): Promise<StatusReport> => {
      const end = performance.now() + 70_000;
      while (performance.now() < end) {
        const found = statuses.find((status) => status.state === state);
        if (found !== undefined) {
          return found;
        }
        // Only a question shows whether it is there.
        await ghostText(`Question ${count} to the keeper of the`);
        await sleep(500);
      }
      throw new Error(`It was never ${state}: ${JSON.stringify(statuses)}`);
    };

    const sentences: [typed: string, ghost: RegExp][] = [
      ['The capital of France is', /^ Paris\b/],
      ['The capital of France is ', /^Paris\b/],
      ['The capital of France is Par', /^is\b/],
      ['Once upon a ti', /^me\b/],
    ];
    for (const [typed, ghost] of sentences) {
      it(`finishes "${typed}", which nobody has written here`, async () => {
        assert.match(await ghostText(typed), ghost);
      });
    }

    it('killed in the middle is told of once, suggestions go on, and it is used again when it is back', async () => {
      await server!.kill();
      const away = await heard('away');
      assert.match(away.message, /^The server at 127\.0\.0\.1:\d+ cannot be reached: .* \(\w+\); /);
      await ghostText('Nobody is there to finish the');
      assert.deepEqual(
        statuses.map(({ state }) => state),
        ['away'],
      );
      server = await RealServer.start(path, server!.port);
      assert.match((await heard('answering')).message, /answers again\.$/);
      assert.match(await ghostText('# Cities\n\nThe capital of France is Par'), /^is\b/);
    });
  });
});
