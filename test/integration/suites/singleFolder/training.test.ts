import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { DoneEvent } from '../../../../src/protocol/trainerEvents.js';
import { closeAll, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { hasChannel } from '../../support/channel.js';
import { hearProgress } from '../../support/hearProgress.js';
import { theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('understudy');
const train = (): Thenable<DoneEvent | undefined> =>
  vscode.commands.executeCommand('understudy.trainOnWorkspace', { preview: false });

describe('Train on Workspace', () => {
  let done: DoneEvent | undefined;

  before('a training of the shortest time, which on a busy machine may be too short to help', async () => {
    for (let tries = 0; tries < 3 && done?.outcome !== 'improved'; tries++) {
      done = await train();
    }
  });
  after(closeAll);

  it('measures on texts that it did not train on and keeps the better model', () => {
    assert.ok(done?.after, 'The training gave no score.');
    assert.ok(done.steps > 0, 'The training took no step.');
    assert.ok(done.after.bitsPerByte > 0.5 && done.after.bitsPerByte < 8, String(done.after.bitsPerByte));
    if (done.outcome === 'improved') {
      assert.ok(done.modelPath !== null && existsSync(done.modelPath), 'The model was not saved.');
    } else {
      assert.equal(done.outcome, 'notImproved');
      const { before, after, mix } = done;
      const isWorseAlone = before !== null && before.bitsPerByte <= after.bitsPerByte;
      const isWorseTogether = mix !== undefined && mix.after.bitsPerByte > 0.999 * mix.before.bitsPerByte;
      assert.ok(isWorseAlone || isWorseTogether, JSON.stringify(done));
    }
  });

  it('shows ghost text from the trained model without a restart', async function () {
    if (!hasChannel) {
      this.skip();
    }
    assert.equal(done?.outcome, 'improved');
    await openDraft('after-training.md', '# Draft\n\nThe lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor(
      'the personal network among the experts of the panel',
      async () => /personal/i.test(await theWindow.panelText()),
      10_000,
    );
  });

  it('shows a pause wherever it shows its progress', async () => {
    const { told, stop } = hearProgress();
    try {
      const running = train();
      await waitFor('the start', () => told.length > 0);
      await vscode.commands.executeCommand('understudy.pauseTraining');
      assert.equal(told.at(-1), 'pausing…');
      await waitFor(
        'a pause',
        async () => {
          await vscode.commands.executeCommand('understudy.pauseTraining');
          return /^paused at \d+ %$/.test(told.at(-1) ?? '');
        },
        60_000,
      );
      if (hasChannel) {
        await vscode.commands.executeCommand('understudy.openSettingsPanel');
        await waitFor('the panel', async () => /^paused at \d+ %$/m.test(await theWindow.panelText()));
      }
      await vscode.commands.executeCommand('understudy.resumeTraining');
      await waitFor('the end of the pause', () => !told.at(-1)?.startsWith('paused'));
      await vscode.commands.executeCommand('understudy.cancelTraining');
      await running;
    } finally {
      stop();
    }
  });

  it('keeps in the panel why a training failed', async function () {
    if (!hasChannel) {
      this.skip();
    }
    const limit = 'training.maxMemoryMegabytes';
    await settings().update(limit, 256, vscode.ConfigurationTarget.Global);
    try {
      await train();
      await vscode.commands.executeCommand('understudy.openSettingsPanel');
      await waitFor('the reason', async () => /^Training by .* of memory/m.test(await theWindow.panelText()));
    } finally {
      await settings().update(limit, undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('offers no training where there is too little text, and says so', async () => {
    const { showQuickPick } = vscode.window;
    const files = vscode.workspace.getConfiguration('files');
    const shown: string[] = [];
    vscode.window.showQuickPick = ((
      items: readonly vscode.QuickPickItem[],
      { placeHolder }: vscode.QuickPickOptions,
    ) => {
      shown.push(placeHolder ?? '', items[0].label);
      return Promise.resolve(undefined);
    }) as never;
    const little = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, 'little.md');
    await vscode.workspace.fs.writeFile(little, Buffer.from('Only a few words stand here.\n'));
    const exclude = { '**/[!l]*.*': true };
    await files.update('exclude', exclude, vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('understudy.trainOnWorkspace');
      assert.match(
        shown[0],
        /^There is too little text to learn from in this workspace: learning and measuring /,
      );
      assert.equal(shown[1], 'Show File List');
    } finally {
      vscode.window.showQuickPick = showQuickPick;
      await files.update('exclude', undefined, vscode.ConfigurationTarget.Global);
      await vscode.workspace.fs.delete(little);
    }
  });

  it('offers no training, nor one from the base model, where all files are left out', async () => {
    const { showQuickPick } = vscode.window;
    const files = vscode.workspace.getConfiguration('files');
    const labels: string[] = [];
    vscode.window.showQuickPick = ((items: readonly vscode.QuickPickItem[]) => {
      labels.push(...items.map(({ label }) => label));
      return Promise.resolve(undefined);
    }) as never;
    await files.update('exclude', { '**/*': true }, vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('understudy.trainOnWorkspace');
      assert.deepEqual(labels.slice(0, 2), ['Show File List', 'Left out']);
    } finally {
      vscode.window.showQuickPick = showQuickPick;
      await files.update('exclude', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('stops soon after Cancel and keeps the earlier model', async () => {
    const modelPath = done?.modelPath ?? null;
    assert.ok(modelPath !== null);
    const running = train();
    await sleep(3000);
    const start = performance.now();
    await vscode.commands.executeCommand('understudy.cancelTraining');
    const cancelled = await running;
    const milliseconds = performance.now() - start;
    assert.equal(cancelled?.outcome, 'cancelled');
    assert.ok(milliseconds < 5000, `It took ${Math.round(milliseconds)} ms.`);
    assert.ok(existsSync(modelPath), 'The model is gone.');
  });

  it('stops when Cancel is pressed as soon as it appears', async () => {
    const { withProgress } = vscode.window;
    vscode.window.withProgress = (options, task) =>
      withProgress(options, (progress) => {
        const pressed = new vscode.CancellationTokenSource();
        const training = task(progress, pressed.token);
        pressed.cancel();
        return training;
      });
    try {
      assert.equal((await train())?.outcome, 'cancelled');
    } finally {
      vscode.window.withProgress = withProgress;
    }
  });

  it('overwrites a tokenizer beside the exported model only if the user agrees', async () => {
    const { window } = vscode;
    const { showSaveDialog, showWarningMessage } = window;
    const folder = await mkdtemp(join(tmpdir(), 'understudy-export-'));
    const model = join(folder, 'novel.keras');
    const tokenizer = join(folder, 'novel.tokenizer.json');
    const asked: string[] = [];
    const exportAndAnswer = async (answer: string | undefined): Promise<void> => {
      window.showWarningMessage = (message: string) => {
        asked.push(message);
        return Promise.resolve(answer as never);
      };
      await vscode.commands.executeCommand('understudy.exportModel');
    };
    window.showSaveDialog = () => Promise.resolve(vscode.Uri.file(model));
    try {
      await writeFile(tokenizer, 'Mine.');
      await exportAndAnswer(undefined);
      assert.equal(await readFile(tokenizer, 'utf8'), 'Mine.');
      assert.ok(!existsSync(model));
      await exportAndAnswer('Replace');
      assert.ok(existsSync(model) && (await readFile(tokenizer, 'utf8')).startsWith('{'));
      assert.deepEqual(asked, Array(2).fill(`Replace ${tokenizer}?`));
    } finally {
      Object.assign(window, { showSaveDialog, showWarningMessage });
      await rm(folder, { recursive: true });
    }
  });

  it('says that a model cannot be exported to another machine, which the dialog of a remote window offers, too', async () => {
    const { window } = vscode;
    const { showSaveDialog, showErrorMessage } = window;
    const folder = await mkdtemp(join(tmpdir(), 'understudy-export-'));
    const model = join(folder, 'novel.safetensors');
    const told: string[] = [];
    window.showSaveDialog = () => Promise.resolve(vscode.Uri.file(model).with({ scheme: 'vscode-local' }));
    window.showErrorMessage = (message: string) => {
      told.push(message);
      return Promise.resolve(undefined as never);
    };
    try {
      await vscode.commands.executeCommand('understudy.exportModel');
      assert.ok(!existsSync(model));
      assert.match(told.join(), /^\S+novel\.safetensors is not on the machine that Understudy runs on/);
    } finally {
      Object.assign(window, { showSaveDialog, showErrorMessage });
      await rm(folder, { recursive: true });
    }
  });

  it('says that a model on another machine cannot be chosen, which the dialogs of a remote window offer, too', async () => {
    const { window } = vscode;
    const { showOpenDialog, showErrorMessage, showQuickPick } = window;
    const told: string[] = [];
    Object.assign(window, {
      showOpenDialog: () =>
        Promise.resolve([vscode.Uri.file('/elsewhere/novel.keras').with({ scheme: 'vscode-local' })]),
      showErrorMessage: (message: string) => {
        told.push(message);
        return Promise.resolve(undefined);
      },
      showQuickPick: (items: readonly vscode.QuickPickItem[]) =>
        Promise.resolve(items.find(({ label }) => label.includes('Browse'))),
    });
    try {
      for (const command of ['importModel', 'chooseLanguageModel', 'chooseMaskedModel']) {
        await vscode.commands.executeCommand(`understudy.${command}`);
        const [sentence, ...others] = told.splice(0);
        assert.match(
          sentence,
          /^\/elsewhere\/novel\.keras is not on the machine that Understudy runs on/,
          command,
        );
        assert.deepEqual(others, []);
      }
    } finally {
      Object.assign(window, { showOpenDialog, showErrorMessage, showQuickPick });
    }
  });

  it('deletes the model on Delete Model', async () => {
    const modelPath = done?.modelPath ?? null;
    await vscode.commands.executeCommand('understudy.deleteModel', { confirm: false });
    assert.ok(modelPath !== null && !existsSync(modelPath));
    if (hasChannel) {
      await vscode.commands.executeCommand('understudy.openSettingsPanel');
      await waitFor('the panel', async () =>
        (await theWindow.panelText()).includes('The model of this workspace is deleted'),
      );
    }
  });

  it('calls no model what an interrupted training has kept, which Delete Model deletes, too', async () => {
    const modelPath = done?.modelPath ?? null;
    assert.ok(modelPath !== null);
    const { window } = vscode;
    const { showWarningMessage, showInformationMessage } = window;
    const told: string[] = [];
    const tell = (answer?: string) => (message: string) => {
      told.push(message);
      return Promise.resolve(answer as never);
    };
    Object.assign(window, { showWarningMessage: tell('Delete'), showInformationMessage: tell() });
    try {
      await mkdir(dirname(modelPath), { recursive: true });
      await writeFile(join(dirname(modelPath), 'resume.bin'), 'Half.');
      await vscode.commands.executeCommand('understudy.deleteModel');
      assert.ok(!existsSync(join(dirname(modelPath), 'resume.bin')));
      assert.deepEqual(told, [
        'Delete what the interrupted training has saved?',
        'What the interrupted training had saved is deleted.',
      ]);
    } finally {
      Object.assign(window, { showWarningMessage, showInformationMessage });
    }
  });

  it('changes no file of the workspace', async () => {
    const [folder] = vscode.workspace.workspaceFolders!;
    const names = (await vscode.workspace.fs.readDirectory(folder.uri)).map(([name]) => name);
    assert.ok(!names.some((name) => /safetensors|understudy/i.test(name)), names.join(', '));
    assert.ok(existsSync(join(folder.uri.fsPath, 'chapter-1.md')));
    assert.equal(settings().get('training.seconds'), 10);
  });
});
