/**
 * Turns pretrain.py's output into an 8-bit checkpoint with tokenizer and gate, as the extension ships it:
 *   npx tsx pretraining/exportCheckpoint.ts PRETRAINED.safetensors [GATE.json] OUT.safetensors
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCheckpoint } from '../src/model/checkpoint/checkpoint';
import { decodeHeader, decodeTensors } from '../src/model/checkpoint/safetensors';
import { readWeights } from '../src/model/checkpoint/weightTensors';
import { quantizeWeights } from '../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../src/model/networkConfig';

const CONFIG: NetworkConfig = {
  architecture: 'lstm',
  vocabSize: 4096,
  embeddingSize: 256,
  hiddenSize: 512,
  numLayers: 1,
};

const files = process.argv.slice(2);
const [input, output] = [files.at(0), files.at(-1)];
if (input === undefined || output === undefined || files.length < 2) {
  throw new Error(
    'Usage: npx tsx pretraining/exportCheckpoint.ts PRETRAINED.safetensors [GATE.json] OUT.safetensors',
  );
}
const bytes = readFileSync(input);
const header = decodeHeader(bytes, input);
const weights = readWeights(CONFIG, decodeTensors(bytes, header, input));
if (typeof weights === 'string') {
  throw new Error(`${input} lacks the tensor "${weights}" of the base network, or has it in another shape.`);
}
const gate =
  files.length === 3 ? Float32Array.from(JSON.parse(readFileSync(files[1], 'utf8')) as number[]) : null;
const checkpoint = encodeCheckpoint({
  config: CONFIG,
  weights: quantizeWeights(CONFIG, weights),
  tokenizer: JSON.parse(readFileSync(join(__dirname, '..', 'models', 'base', 'tokenizer.json'), 'utf8')),
  training: {
    tokens: Number(header.metadata['tokens']),
    steps: Number(header.metadata['steps']),
    engine: 'PyTorch twin',
  },
  gate,
});
writeFileSync(output, checkpoint);
console.log(`${output}: ${checkpoint.length} bytes`);
