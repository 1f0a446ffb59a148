import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTrainerChild } from '../../../../src/trainer/trainerChild';
import { loadWasmEngine } from '../../../../src/trainer/engines/wasmEngine';
import { softwareGpuEnvironment } from '../../../support/softwareGpu';
import { assertTrainsAlike, runTrial, trialNetworks } from '../../../support/trainingTrial';
import type { WebgpuTrial } from '../../../support/webgpuTrial';
import { SmallWorkspace } from '../training/smallJob';

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

describe('WebGPU engine, on a Node.js that cannot require ES modules', () => {
  const { env } = process;
  afterEach(() => {
    process.env = env;
  });

  it('starts, but for a GPU', async function () {
    if (!isInstalled('webgpu')) {
      this.skip();
    }
    process.env = { ...env, NODE_OPTIONS: '--no-experimental-require-module' };
    const workspace = new SmallWorkspace().writeVerses();
    try {
      // The built one, as tsx lets any Node.js require them.
      const child = startTrainerChild(
        join(__dirname, '../../../../dist/trainer.js'),
        { kind: 'train', job: workspace.job({ engine: 'webgpu', seconds: 60 }) },
        (event) => event.kind === 'engine',
        () => undefined,
      );
      const outcome = await child.last.then(({ name }) => name, String);
      child.kill();
      await child.ended;
      assert.match(outcome, /^webgpu$|^Error: No GPU was found that WebGPU can use/);
    } finally {
      workspace.remove();
    }
  });
});

describe('WebGPU engine, on a GPU imitated in software', function () {
  // About a hundred small programs are compiled for the processor first.
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
      assertTrainsAlike(trial.trials[index], wasm);
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
    assert.match(trial.exportAfterLoss!, /device/);
  });
});
