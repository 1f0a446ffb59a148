/** Makes one measurement in its own process, so that no other affects its memory or warm-up, and prints the result as JSON. */
import { join } from 'node:path';
import { productPaths } from '../../src/terminal/productPaths';
import { generatorCost } from './generatorCost';
import { readingCost } from './readingCost';
import { tokenizerSpeed } from './tokenizerSpeed';
import { trainingCost } from './trainingCost';
import { runBench } from '../runBench';

const root = join(__dirname, '..', '..');
const product = productPaths(root);

async function measure([kind, folder, file, engine, threads]: readonly string[]): Promise<unknown> {
  switch (kind) {
    case 'tokenizer':
      return tokenizerSpeed(product.tokenizer, folder, join(root, 'src'));
    case 'reading':
      return readingCost(folder, product.tokenizer);
    case 'training':
      return trainingCost(
        folder,
        file,
        product,
        engine === 'native' ? 'native' : 'wasm',
        Number(threads ?? 0),
      );
    case 'generator':
      return generatorCost(folder, file, product);
    default:
      throw new Error(`measureCost knows no "${kind}".`);
  }
}

runBench(async () => {
  process.stdout.write(JSON.stringify(await measure(process.argv.slice(2))));
});
