import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { connectionsPath, recorded, type Recorded } from '../../support/connections.js';
import { closeAll, ghostTextBeginning, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';

const isStart = ({ kind }: Recorded): boolean => kind === 'start';
const isOurs = ({ program, calls }: Recorded): boolean =>
  ['generator.js', 'trainer.js'].includes(basename(program)) || calls.includes('/dist/extension.js');

describe('The network', () => {
  before(function () {
    if (connectionsPath === null) {
      this.skip();
    }
  });
  before(needsKeyboard);
  before('everything that the extension does', async () => {
    await openDraft('draft.md', 'The lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
    await theWindow.press('Tab');
    await theWindow.type('\nOttoline Harrowg');
    await ghostTextBeginning('ate');
    await vscode.commands.executeCommand('understudy.trainOnWorkspace', { preview: false });
    await vscode.commands.executeCommand('understudy.generateFromSelection');
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await closeAll();
  });

  it('is watched in the extension host, in the generator and in the trainer', async () => {
    const started = recorded().filter(isStart);
    assert.ok(
      started.some(({ program, isMainThread }) => basename(program) === 'generator.js' && !isMainThread),
      'No line from the generator.',
    );
    assert.ok(
      started.some(({ program, isMainThread }) => basename(program) === 'trainer.js' && isMainThread),
      'No line from the trainer.',
    );
    const before = recorded().length;
    await new Promise<void>((resolve) => {
      const socket = connect(9, '127.0.0.1');
      socket.on('error', () => {
        resolve();
      });
      socket.on('connect', () => {
        socket.destroy();
        resolve();
      });
    });
    const own = recorded()
      .slice(before)
      .find(({ target }) => target === '127.0.0.1:9');
    assert.match(own?.calls ?? '', /connections\.test/);
  });

  it('is not used by Understudy: no connection, no datagram, no name looked up', () => {
    const reached = recorded().filter((line) => !isStart(line) && isOurs(line));
    assert.deepEqual(reached, []);
  });
});
