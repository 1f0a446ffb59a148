import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { KnowingServer } from '../../support/knowingServer.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';
import { told } from '../../support/told.js';

/** Words that no part of Understudy has read. */
const BY_HEART =
  'Quandle vexed thrimbly over drogue marnish, while seven pewtered glims forsook the hollen yarrowbank; nobody ' +
  'minded how blithering Oswine carked his tunnery spades, nor why crimped jellifants ate fourteen uncooked ' +
  'barnacle puddings beneath yonder glistering viaduct. Meantime a dozy registrar hummed Norwegian shanties, ' +
  'polished ten brass thimbles, and wondered whether Tuesday might arrive disguised as an umbrella salesman. ' +
  'Presently enormous clocks began dissolving into raspberry vinegar, which alarmed every chartered accountant.';
const CUT = BY_HEART.indexOf('vinegar');
const choose = (setting: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand('understudy.chooseLanguageModel', setting);
const chosen = (): unknown =>
  vscode.workspace.getConfiguration().inspect('understudy.languageModel')?.globalValue;

/** Milliseconds after which a server that was not asked will not be. */
const ASKED_WITHIN = 2500;

/** Waits for ghost text that begins with `start`, or until the server has not been asked for a while; returns what is shown then. */
async function ghostTextWhileAsked({ prompts }: KnowingServer, start: string): Promise<string> {
  let asked = -1;
  let since = 0;
  for (;;) {
    const ghost = await theWindow.ghostText();
    if (prompts.length > asked) {
      asked = prompts.length;
      since = performance.now();
    }
    if (ghost.startsWith(start) || performance.now() - since > ASKED_WITHIN) {
      return ghost;
    }
    await sleep(200);
  }
}

/** What the last warning said in smaller letters. */
let detail = '';

/** Answers all warnings, as VS Code shows no modal ones under test; returns their texts. */
async function answering(answer: string | undefined, work: () => Thenable<unknown>): Promise<string[]> {
  const asked: string[] = [];
  const { showWarningMessage } = vscode.window;
  const replacement = (message: string, options: vscode.MessageOptions): Thenable<string | undefined> => {
    asked.push(message);
    detail = options.detail ?? '';
    return Promise.resolve(answer);
  };
  vscode.window.showWarningMessage = replacement;
  try {
    await work();
  } finally {
    vscode.window.showWarningMessage = showWarningMessage;
  }
  return asked;
}

describe('A language model', () => {
  let server: KnowingServer;
  before(needsKeyboard);
  before(async () => {
    server = await KnowingServer.start(BY_HEART);
    await openDraft('draft.md', '# Draft\n\nThe lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
  });
  beforeEach(closeAll);
  afterEach(() => {
    server.release();
  });
  after(async () => {
    server?.close();
    await choose({});
    await closeAll();
  });

  it('is not chosen by the settings of a workspace, though they name a server', async () => {
    const file = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, '.vscode', 'settings.json');
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    assert.match(text, /"understudy\.languageModel"/);
    assert.equal(chosen(), undefined);
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor('the panel', async () =>
      (await theWindow.panelText()).includes('None: the networks and the words of your workspace alone.'),
    );
  });

  it('that cannot be opened is named, and changes nothing', async () => {
    await choose({ file: '/nowhere/words.pkl' });
    await told('words.pkl');
    await vscode.commands.executeCommand('notifications.clearAll');
    assert.equal(chosen(), undefined);
  });

  it('on a server that cannot be reached is chosen, and reported as away', async () => {
    const [, told] = await answering('Send Text to This Server', () =>
      choose({ server: 'http://127.0.0.1:9' }),
    );
    assert.match(
      told,
      /127\.0\.0\.1:9 is chosen but does not answer; until it does, suggestions come without it/,
    );
    const afterKey = await answering(undefined, () =>
      vscode.commands.executeCommand('understudy.setLanguageModelKey', 'sk-of-no-use'),
    );
    assert.deepEqual(afterKey, [told]);
    await choose({});
  });

  it('on a server is sent nothing until the user agrees, who is then not asked again', async () => {
    const refused = await answering(undefined, () => choose({ server: server.address }));
    assert.deepEqual([server.prompts, chosen()], [[], undefined]);
    const agreed = await answering('Send Text to This Server', () => choose({ server: server.address }));
    const question = `Let Understudy send what you write to ${new URL(server.address).origin}?`;
    assert.deepEqual([refused, agreed], [[question], [question]]);
    const isRemote = vscode.env.remoteName !== undefined;
    assert.equal(detail.includes(`on ${hostname()}, the machine that this window works on`), isRemote);
    assert.ok(server.prompts.length > 0);
    assert.deepEqual(chosen(), { server: server.address });
    await choose({});
    assert.deepEqual(await answering(undefined, () => choose({ server: server.address })), []);
    assert.deepEqual(chosen(), { server: server.address });
  });

  it('never delays the suggestion that is made without it', async () => {
    server.hold();
    const before = server.prompts.length;
    await openDraft('draft.md', '# Draft\n\n█\n');
    await theWindow.type('The lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
    await waitFor('a question to the server', () => server.prompts.length > before);
    await ghostTextBeginning('Marrowfield House');
  });

  it('is not asked about a text that holds a key', async () => {
    await openDraft('keys.md', `# Keys\n\nThe key is ghp_${'a1B2c3'.repeat(6)}.\n\n█\n`);
    await theWindow.type('The lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
    await sleep(ASKED_WITHIN);
    assert.ok(server.prompts.length > 0);
    assert.ok(!server.prompts.some((prompt) => prompt.includes('# Keys')));
  });

  it('earns its weight from the text, and then completes what only it knows', async () => {
    const eagerness = vscode.workspace.getConfiguration('understudy');
    await eagerness.update('eagerness', 1, vscode.ConfigurationTarget.Global);
    let ghost = '';
    for (let draft = 1; draft <= 4 && !ghost.startsWith('vinegar'); draft++) {
      await openDraft(`draft-${draft}.md`, `# Draft\n\n${BY_HEART.slice(0, CUT - 1)}█\n`);
      await theWindow.type(' ');
      ghost = await ghostTextWhileAsked(server, 'vinegar');
    }
    assert.match(ghost, /^vinegar/);
    await theWindow.type('vine');
    await ghostTextBeginning('gar');
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor('its weight', async () =>
      /earned by what you write: \d\d+ %/.test(await theWindow.panelText()),
    );
    await eagerness.update('eagerness', undefined, vscode.ConfigurationTarget.Global);
  });

  it('completes what only it knows in the commit message box, too', async () => {
    const { workspace, commands } = vscode;
    const control = vscode.scm.createSourceControl('test', 'Test', workspace.workspaceFolders![0].uri);
    try {
      control.inputBox.value = `Tell of ${BY_HEART.slice(BY_HEART.indexOf('blithering'), CUT - 1)}`;
      await commands.executeCommand('workbench.view.scm');
      await commands.executeCommand('workbench.scm.action.focusNextInput');
      await theWindow.idle();
      await theWindow.press('Control+End');
      await theWindow.type(' ');
      await ghostTextBeginning('vinegar');
    } finally {
      control.dispose();
      await commands.executeCommand('workbench.view.explorer');
    }
  });

  it('does not bring back a suggestion that was dismissed with Escape', async () => {
    await openDraft('draft.md', '# Draft\n\n█\n');
    await theWindow.type('The lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
    // The slow model may make it longer meanwhile.
    await ghostTextBeginning('Marrowfield House');
    await theWindow.press('Escape');
    await waitFor('no ghost text', async () => (await theWindow.ghostText()) === '');
    await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
    await sleep(500);
    assert.equal(await theWindow.ghostText(), '');
  });

  it('that goes away is reported in the status bar, and suggestions go on', async () => {
    server.close();
    await openDraft('draft.md', '# Draft\n\n█\n');
    // A new text, as the server is not asked again about one that it has answered.
    await theWindow.type('Nobody lit the lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
    await waitFor('the status', async () =>
      (await theWindow.statusBarItem()).includes('on, without the language model'),
    );
  });
});
