/** The generator's worker thread: pure JavaScript and WebAssembly, so that it can be ended at any moment. */
import { randomInt } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { GeneratorRequest, GeneratorResponse } from '../protocol/generatorProtocol';
import { GeneratorModel, type GeneratorFiles } from './generatorModel';
import { TextGenerator } from './textGenerator';

/** Milliseconds without a request after which the live model is renewed, as someone who types would wait for it. */
const QUIET_FOR = 2000;

const port = parentPort;
if (port === null) {
  throw new Error('generatorWorker runs as a worker thread; GeneratorClient starts it.');
}
const respond = (response: GeneratorResponse) => {
  port.postMessage(response);
};
const warn = (message: string) => {
  respond({ kind: 'log', message });
};
const model = new GeneratorModel(workerData as GeneratorFiles, warn, respond);
const generator = new TextGenerator(model, respond, () => randomInt(2 ** 32), wake);

let isRunning = false;
let renewal: NodeJS.Timeout | undefined;
port.on('message', (request: GeneratorRequest) => {
  generator.receive(request);
  wake();
});

function wake(): void {
  clearTimeout(renewal);
  if (!isRunning) {
    isRunning = true;
    setImmediate(run);
  }
}

/** One step, then a turn of the event loop, in which newer requests and cancellations arrive. */
function run(): void {
  isRunning = generator.step();
  if (isRunning) {
    setImmediate(run);
  } else {
    renewAfter(QUIET_FOR);
  }
}

function renewAfter(milliseconds: number): void {
  renewal = setTimeout(() => {
    if (model.mixture.workspace.renew()) {
      renewAfter(0);
    }
  }, milliseconds);
}
