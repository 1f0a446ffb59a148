/** Processor milliseconds of a step of Keras models, however busy the machine: `npx tsx bench/kerasSteps.ts [MODEL.keras …]`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKerasModel } from '../src/model/keras/readKerasModel';
import { runBench } from './runBench';
import { processorSeconds } from './processorTime';

const STEPS = 400;
const processorMilliseconds = () => 1000 * processorSeconds();

async function main(): Promise<void> {
  const folder = join(__dirname, '..', 'test', 'fixtures', 'keras');
  console.log('| model | next, ms | predict, ms | predict of 8, ms each |');
  console.log('| --- | ---: | ---: | ---: |');
  for (const path of [join(folder, 'words.h5'), join(folder, 'gpt.keras'), ...process.argv.slice(2)]) {
    const model = await readKerasModel(readFileSync(path), path);
    const probs = Array.from({ length: 8 }, () => new Float32Array(model.vocabSize));
    let [next, one, eight] = [0, 0, 0];
    let state = model.start();
    for (let step = 0; step < STEPS; step++) {
      let from = processorMilliseconds();
      state = model.next(state, 1 + (step % 50));
      next += processorMilliseconds() - from;
      from = processorMilliseconds();
      model.predict(state, probs[0]);
      one += processorMilliseconds() - from;
      from = processorMilliseconds();
      model.predictMany(Array<unknown>(8).fill(state), probs);
      eight += processorMilliseconds() - from;
    }
    const shown = [next, one, eight / 8].map((total) => (total / STEPS).toFixed(3));
    console.log(`| ${model.description} | ${shown.join(' | ')} |`);
  }
}

runBench(main);
