/** Writes exported models and what they predict, for pretraining/checkExport.py: `npx tsx test/support/kerasExportTrial.ts FOLDER`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportKeras } from '../../src/model/keras/personal/exportKeras';
import { ReferenceNetwork } from './reference/referenceNetwork';
import { CELL_KINDS, type NetworkConfig } from '../../src/model/networkConfig';
import { randomWeights } from '../unit/model/network/randomWeights';

const TOKENS = [3, 299, 0, 17, 17, 254];

async function main(folder: string): Promise<void> {
  const tokenizer: unknown = JSON.parse(readFileSync('models/base/tokenizer.json', 'utf8'));
  const expected: Record<string, unknown> = {};
  for (const architecture of CELL_KINDS) {
    for (const numLayers of [1, 3]) {
      const config: NetworkConfig = {
        architecture,
        vocabSize: 300,
        embeddingSize: 12,
        hiddenSize: 16,
        numLayers,
      };
      const weights = randomWeights(config, 1);
      const network = new ReferenceNetwork(config, weights, 'personal');
      let state = network.start();
      const probs = TOKENS.map((tokenId) => {
        state = network.next(state, tokenId);
        const step = new Float32Array(config.vocabSize);
        network.predict(state, step);
        return [...step];
      });
      for (const format of ['keras', 'h5'] as const) {
        const name = `${architecture}${numLayers}.${format}`;
        const file = await exportKeras({ config, weights, tokenizer, training: {}, gate: null }, format);
        writeFileSync(join(folder, name), file);
        expected[name] = { tokens: TOKENS, probs };
      }
    }
  }
  writeFileSync(join(folder, 'expected.json'), JSON.stringify(expected));
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
