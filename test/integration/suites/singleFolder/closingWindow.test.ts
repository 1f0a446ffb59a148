import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { TrainingSession } from '../../../../src/editor/trainingSession.js';
import { DEFAULT_TRAINING } from '../../../../src/protocol/trainerProtocol.js';
import { shippedFiles } from '../../../../src/trainer/shippedFiles.js';
import { workspaceFolder } from '../../support/editing.js';

describe('A window that closes during a training', () => {
  const shipped = shippedFiles(vscode.extensions.getExtension('understudy.understudy')!.extensionPath);
  const log = vscode.window.createOutputChannel('A training of the tests', { log: true });
  let storage: string;
  before(async () => {
    storage = await mkdtemp(join(tmpdir(), 'understudy-closing-'));
  });
  after(async () => {
    log.dispose();
    await rm(storage, { recursive: true, force: true });
  });

  it('ends the training, and keeps its progress for the next one', async () => {
    const session = new TrainingSession(shipped.trainer, log);
    const resumePath = join(storage, 'resume.bin');
    const training = session.train(
      {
        folders: [workspaceFolder()],
        split: null,
        excludeGlobs: [],
        maxTotalBytes: 1_000_000,
        modelPath: join(storage, 'model.safetensors'),
        resumePath,
        initialModelPath: null,
        tokenizerPath: shipped.tokenizer,
        kernelPath: shipped.kernel,
        options: { ...DEFAULT_TRAINING, engine: 'wasm', hiddenSize: 16, embeddingSize: 8, seconds: 60 },
      },
      null,
      () => {
        if (session.activity === null && session.phase === 'running') {
          session.dispose();
        }
      },
    );
    await assert.rejects(training, { message: /ended unexpectedly, .* train again to go on from there\.$/ });
    assert.ok(existsSync(resumePath));
    assert.equal(session.phase, 'idle');
  });
});
