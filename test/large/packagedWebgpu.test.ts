/** The extension as it is packaged, and WebGPU as its command installs it: nothing of this project's node_modules is near. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import type { TrainerEvent } from '../../src/protocol/trainerEvents';
import type { TrainingOptions } from '../../src/protocol/trainerProtocol';
import { installRuntime, removeRuntime, WEBGPU } from '../../src/trainer/native/installRuntime';
import { startTrainerChild } from '../../src/trainer/trainerChild';
import { softwareGpuEnvironment } from '../support/softwareGpu';
import { eventsOf, SmallWorkspace } from '../unit/trainer/training/smallJob';

const vsix = resolve('.cache/understudy.vsix');
/** Cancelled after these: what takes the time is that each small program is first compiled for the processor. */
const STEPS = 3;

describe('WebGPU in the packaged extension, on a GPU imitated in software', function () {
  this.timeout(600_000);

  const root = mkdtempSync(join(tmpdir(), 'understudy-packaged-'));
  const webgpuFolder = join(root, 'storage', 'webgpu');
  const restored = { ...process.env };
  let workspace: SmallWorkspace;

  before(async function () {
    const environment = softwareGpuEnvironment();
    if (environment === null) {
      process.stderr.write(
        '\n!!! No Vulkan driver in software was found; skipped. Run npm run test:large where npm packages can be fetched, on Linux x64.\n',
      );
      this.skip();
    }
    Object.assign(process.env, environment);
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(vsix)))) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    await installRuntime(WEBGPU, webgpuFolder, { onProgress: () => undefined });
  });
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });
  after(() => {
    process.env = restored;
    rmSync(root, { recursive: true });
  });

  const train = async (options: Partial<TrainingOptions>) => {
    const events: TrainerEvent[] = [];
    let steps = 0;
    const extension = join(root, 'extension');
    const job = workspace.job(
      { seconds: 3600, ...options },
      {
        nativeFolders: [webgpuFolder],
        tokenizerPath: join(extension, 'models', 'base', 'tokenizer.json'),
        engineTimingsPath: join(workspace.storage, 'timings.json'),
      },
    );
    const child = startTrainerChild(
      join(extension, 'dist', 'trainer.js'),
      { kind: 'train', job },
      (event) => event.kind === 'done',
      (event) => {
        events.push(event);
        if (event.kind === 'step' && ++steps === STEPS) {
          child.send({ kind: 'cancel' });
        }
      },
    );
    const done = await child.last.finally(() => child.ended);
    const [engine] = eventsOf(events, 'engine');
    return { done, engine, losses: eventsOf(events, 'step').map(({ trainLoss }) => trainLoss) };
  };

  it('trains where the setting asks for it, and is named as what it is', async () => {
    const { done, engine, losses } = await train({ engine: 'webgpu' });
    assert.equal(engine.name, 'webgpu');
    assert.match(engine.description, /^WebGPU in software, without a GPU \(SwiftShader/);
    assert.equal(done.outcome, 'cancelled');
    assert.ok(losses.length >= STEPS && losses.at(-1)! < losses[0], losses.join(', '));
  });

  it('is not chosen by default', async () => {
    const { engine, losses } = await train({ engine: 'auto' });
    assert.equal(engine.name, 'wasm');
    assert.match(engine.reason, /Without webgpu: No GPU was found: WebGPU in software/);
    assert.ok(losses.length >= STEPS);
  });

  it('is gone once it is removed', async () => {
    await removeRuntime(WEBGPU, webgpuFolder);
    await assert.rejects(train({ engine: 'webgpu' }), /The WebGPU engine is not installed/);
  });
});
