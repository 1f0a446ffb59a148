import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { NetworkWeights } from '../../../../src/model/networkConfig';
import { loadWasmEngine } from '../../../../src/trainer/engines/wasmEngine';
import { softwareGpuEnvironment } from '../../../support/softwareGpu';
import { runTrial, trialNetworks } from '../../../support/trainingTrial';
import { toleratedDistance } from '../../../support/smallNetworks';
import type { WebgpuTrial } from '../../../support/webgpuTrial';
import { randomWeights } from '../../model/network/randomWeights';

const script = join(__dirname, '..', '..', '..', 'support', 'webgpuTrial.ts');

async function runOnWebgpu(environment: Record<string, string>): Promise<WebgpuTrial> {
  const child = fork(script, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const received: WebgpuTrial[] = [];
  child.on('message', (trial: WebgpuTrial) => received.push(trial));
  const [status] = (await once(child, 'close')) as [number | null];
  assert.equal(status, 0, errors);
  return received[0];
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Euclidean, over all tensors. */
function distance(one: NetworkWeights, other: NetworkWeights): number {
  let squares = 0;
  for (const [name, values] of one) {
    values.forEach((value, i) => (squares += (value - other.get(name)![i]) ** 2));
  }
  return Math.sqrt(squares);
}

describe('WebGPU engine, on a GPU imitated in software', function () {
  // Each of some hundred small programs is first compiled for the processor.
  this.timeout(600_000);

  const skipped = (name: string, help: string) => {
    it(`${name}: ${help}`, function () {
      process.stderr.write(`\n!!! ${name}; the tests of the WebGPU engine are skipped: ${help}.\n`);
      this.skip();
    });
  };
  if (!['webgpu', '@tensorflow/tfjs-backend-webgpu'].every(isInstalled)) {
    skipped('The optional package webgpu is not installed', 'run npm ci');
    return;
  }
  const environment = softwareGpuEnvironment();
  if (environment === null) {
    skipped(
      'No Vulkan driver in software was found',
      'npm run integration fetches a Chromium, which brings one',
    );
    return;
  }

  let trial: WebgpuTrial;
  before(async () => {
    trial = await runOnWebgpu(environment);
  });

  it('never calls it a GPU, and refuses it where a GPU is required', () => {
    assert.match(trial.description, /^WebGPU in software, without a GPU \(SwiftShader/);
    assert.match(trial.refusal!, /^No GPU was found: WebGPU in software/);
  });

  for (const [index, { title, config }] of trialNetworks.entries()) {
    it(`${title}: trains as wasm does, dropout, clipping and resets included`, async () => {
      const wasm = await runTrial(await loadWasmEngine({}), config);
      const webgpu = trial.trials[index];
      assert.deepEqual(webgpu.config, config);
      for (const [step, { loss, gradientNorm }] of wasm.results.entries()) {
        assert.ok(Math.abs(webgpu.results[step].loss - loss) < 1e-4 * loss, `loss of step ${step}`);
        assert.ok(Math.abs(webgpu.results[step].gradientNorm - gradientNorm) < 1e-3 * gradientNorm);
      }
      assert.equal(webgpu.evaluated.count, wasm.evaluated.count);
      assert.ok(Math.abs(webgpu.evaluated.lossSum - wasm.evaluated.lossSum) < 1e-4 * wasm.evaluated.lossSum);
      const moved = distance(wasm.weights, randomWeights(config, 3));
      assert.ok(distance(webgpu.weights, wasm.weights) < toleratedDistance(config) * moved);
    });

    it(`${title}: holds no more tensors from step to step`, () => {
      const [early, late] = trial.trials[index].tensors;
      assert.equal(late, early);
    });
  }

  it('holds nothing once its networks are disposed', () => {
    const [before, after] = trial.tensors;
    assert.equal(after, before);
  });

  it('says so when the device is lost, instead of giving zeros', () => {
    assert.match(trial.afterLoss!, /device/);
  });
});
