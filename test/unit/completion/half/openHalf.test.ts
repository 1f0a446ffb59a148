import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHalf } from '../../../../src/completion/half/openHalf';
import { SharedModel } from '../../../../src/model/bridge/sharedModel';
import { exportKeras } from '../../../../src/model/keras/personal/exportKeras';
import { ReferenceNetwork } from '../../../../src/model/network/referenceNetwork';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import type { RecurrentConfig } from '../../../../src/model/networkConfig';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';
import { randomWeights } from '../../model/network/randomWeights';

describe('A network of our own, exported to Keras and chosen as the language model', () => {
  it('predicts as it did, without a bridge', async () => {
    const config: RecurrentConfig = {
      architecture: 'lstm',
      vocabSize: tokenizer.vocabSize,
      embeddingSize: 12,
      hiddenSize: 16,
      numLayers: 1,
    };
    const weights = quantizeWeights(config, randomWeights(config, 1));
    const training = { steps: 1, engine: 'a test' };
    const folder = mkdtempSync(join(tmpdir(), 'understudy-half-'));
    try {
      const path = join(folder, 'own.keras');
      const json: unknown = tokenizer.toJson();
      writeFileSync(
        path,
        await exportKeras({ config, weights, tokenizer: json, training, gate: null }, 'keras'),
      );
      copyFileSync('models/base/tokenizer.json', join(folder, 'own.tokenizer.json'));
      const { expert } = await openHalf(
        { kind: 'keras', path },
        { tokenizer, llamaPath: '', onStatus: () => undefined },
      );
      assert.ok(expert instanceof SharedModel && expert.readiness !== undefined);
      const network = new ReferenceNetwork(config, weights, 'own');
      let own = network.start();
      let opened: unknown = expert.start();
      for (const id of [tokenizer.endOfTextId, ...tokenizer.encode('a  \\\\b')]) {
        own = network.next(own, id);
        opened = expert.next(opened, id);
        await expert.readiness.prepare([opened]);
        const [expected, probs] = [
          new Float32Array(tokenizer.vocabSize),
          new Float32Array(tokenizer.vocabSize),
        ];
        network.predict(own, expected);
        expert.predict(opened, probs);
        assert.ok(probs.every((p, i) => Math.abs(p - expected[i]) < 1e-6));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
