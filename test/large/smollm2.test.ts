/** What needs a real Transformer: SmolLM2-135M by llama.cpp, as `npm run test:large` fetches them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadGguf, readGguf } from '../../src/completion/half/gguf/ggufModel';
import { openHalf, type OpenedHalf } from '../../src/completion/half/openHalf';
import { scoreText } from '../../src/model/evaluate/scoreText';
import { Mixture } from '../../src/model/mixture/mixture';
import { tokenKinds } from '../../src/model/tokenizer/tokenKinds';
import { shippedTokenizer } from '../support/shippedTokenizer';

const modulePath = resolve('.cache/llama');
const path = join(modulePath, 'SmolLM2-135M-Instruct.Q4_1.gguf');
const llamaPath = resolve('src/completion/half/gguf/llamaProcess.ts');
const TEXT =
  'The lighthouse stood at the end of the pier. Every evening the keeper climbed the stairs and lit the lamp, ' +
  'and every morning he climbed them again to put it out.\n';

describe('SmolLM2-135M beside the network', function () {
  this.timeout(600_000);

  it('is cut into tokens as llama.cpp does it', async () => {
    const probes = [
      TEXT,
      ...['README.md', 'src/model/mixture/gate.ts', 'l10n/bundle.l10n.zh-cn.json'].map((file) =>
        readFileSync(file, 'utf8').slice(0, 8000),
      ),
      ' \u00a0\u3000\n\n\n\t\tx\r\n  y 1234567 ½ ² ٣ 💡🏽 e\u0301 ﬁ',
    ];
    const file = readGguf(path, modulePath);
    const { vocabulary } = file;
    const { source, description } = await loadGguf(file, 1);
    assert.match(description, /^Smollm2 135M .*\(GGUF, 99 MB\)$/);
    for (const probe of probes) {
      assert.deepEqual(source.tokenize(probe), vocabulary.encodeText(probe));
    }
    const tokens = Int32Array.from(vocabulary.encodeText('The capital of France is'));
    const [whole] = await source.ask([{ tokens, after: [2, tokens.length] }]);
    const [again] = await source.ask([{ tokens: tokens.slice(0, 2), after: [2] }]);
    for (const probs of [...whole, ...again]) {
      assert.equal(probs?.length, vocabulary.tokens.length);
      assert.ok(probs.every((p) => p > 0) && Math.abs(probs.reduce((a, b) => a + b, 0) - 1) < 1e-3);
    }
    const last = whole[1]!;
    const likeliest = vocabulary.tokens[last.indexOf(Math.max(...last))]!;
    assert.equal(Buffer.from(likeliest).toString(), ' Paris');
    // The same beginning, once on the way and once alone with what stood behind it taken back.
    assert.ok(whole[0]!.every((p, id) => Math.abs(p - again[0]![id]) < 0.01));
  });

  describe('over the shared vocabulary', () => {
    let half: OpenedHalf;
    let opening = { active: 0, idle: 0, utilization: 0 };
    before(async () => {
      const began = performance.eventLoopUtilization();
      half = await openHalf(
        { kind: 'gguf', path, modulePath },
        { tokenizer: shippedTokenizer, llamaPath, onStatus: () => undefined },
      );
      opening = performance.eventLoopUtilization(began);
    });
    after(() => {
      half.expert.dispose();
    });

    it('says what it is', () => {
      assert.match(half.description, /^Smollm2 135M .*\(GGUF, 99 MB\)$/);
    });

    it('is opened without holding up the thread that asks for it', () => {
      assert.ok(opening.active < 0.2 * opening.idle, JSON.stringify(opening));
    });

    it('predicts English well, in each of its states sums to one, and earns its weight in the mix', async () => {
      const { vocabSize, endOfTextId } = shippedTokenizer;
      const mix = new Mixture({
        endOfTextId,
        kinds: tokenKinds(shippedTokenizer),
        networks: [],
        half: half.expert,
        gate: null,
      });
      const tokens = shippedTokenizer.encode(TEXT);
      const document = { uri: 'a', tokens, bytes: Buffer.byteLength(TEXT) };
      const { bitsPerByte } = await scoreText(mix, [document]);
      assert.ok(bitsPerByte['half'] < 1.2, `half: ${bitsPerByte['half']} bits per byte`);
      assert.ok(bitsPerByte['mix'] < bitsPerByte['counts'] - 1, `mix: ${bitsPerByte['mix']}`);
      const state = Array.from(tokens.slice(0, 9)).reduce(
        (before: unknown, id) => half.expert.next(before, id),
        half.expert.next(half.expert.start(), endOfTextId),
      );
      await half.expert.readiness!.prepare([state]);
      const probs = new Float32Array(vocabSize);
      half.expert.predict(state, probs);
      assert.ok(Math.abs(probs.reduce((a, b) => a + b, 0) - 1) < 1e-6 * vocabSize ** 0.5);
    });
  });
});
