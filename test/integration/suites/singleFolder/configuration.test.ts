import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Configuration } from '../../../../src/editor/configuration.js';
import { closeAll, openDraft } from '../../support/editing.js';

const MODEL = {
  'model.architecture': 'gru',
  'model.attention': true,
  'model.numLayers': 2,
  'model.hiddenSize': 96,
  'model.embeddingSize': 48,
};

describe('The configuration', () => {
  const { getConfiguration } = vscode.workspace;
  const warned: string[] = [];
  const scopes = new Set<string>();
  const configuration = new Configuration({
    warn: (sentence: string) => warned.push(sentence),
  } as unknown as vscode.LogOutputChannel);
  /** What is set in place of the settings of this window. */
  const given = (values: Readonly<Record<string, unknown>>): void => {
    vscode.workspace.getConfiguration = (_section, scope) => {
      scopes.add(JSON.stringify(scope));
      return { get: (name: string) => values[name] } as vscode.WorkspaceConfiguration;
    };
  };
  afterEach(() => {
    vscode.workspace.getConfiguration = getConfiguration;
    warned.length = 0;
    scopes.clear();
  });

  it('gives each option of generated text its own setting', () => {
    const sampling = {
      repetitionPenalty: 1.5,
      temperature: 0.7,
      topK: 11,
      topP: 0.6,
      minP: 0.4,
      greedy: true,
      beamWidth: 3,
      seed: 5,
      maxNewTokens: 77,
    };
    given(Object.fromEntries(Object.entries(sampling).map(([name, value]) => [`sampling.${name}`, value])));
    assert.deepEqual(configuration.sampling(), { values: sampling, problems: [] });
  });

  it('gives each option of a training its own setting', () => {
    const training = {
      seconds: 61,
      engine: 'wasm',
      threads: 3,
      onBattery: 'continue',
      maxMemoryMegabytes: 700,
    };
    given({
      ...MODEL,
      ...Object.fromEntries(Object.entries(training).map(([name, value]) => [`training.${name}`, value])),
      'training.maxTotalMegabytes': 2,
    });
    assert.deepEqual(configuration.training(), {
      values: {
        ...training,
        ...Object.fromEntries(
          Object.entries(MODEL).map(([name, value]) => [name.slice('model.'.length), value]),
        ),
        maxTotalBytes: 2 * 1024 * 1024,
      },
      problems: [],
    });
    given({ 'model.architecture': 'transformer' });
    assert.equal(configuration.training().values.numLayers, 3);
  });

  it('gives each option of ghost text its own setting', async () => {
    const { document } = await openDraft('draft.md', '█');
    const ghost = { eagerness: 0.9, multiline: true, midLineInCode: false, maxNewTokens: 7 };
    given({ ...ghost, enable: { '*': true, markdown: false } });
    assert.deepEqual(configuration.completion(document), { ...ghost, enabled: false });
    given({ ...ghost, multiline: false, midLineInCode: true, enable: { '*': false, markdown: true } });
    assert.deepEqual(configuration.completion(document), {
      ...ghost,
      multiline: false,
      midLineInCode: true,
      enabled: true,
    });
    const { uri, languageId } = document;
    const own = 'A language or a folder may have settings of its own.';
    assert.deepEqual([...scopes], [JSON.stringify({ uri, languageId })], own);
    await closeAll();
  });

  it('names what is wrong each time that it matters, and logs it once', () => {
    given({ 'sampling.topK': -1, enable: 'yes' });
    for (let round = 0; round < 2; round++) {
      const { values, problems } = configuration.sampling();
      assert.equal(values.topK, 0);
      assert.match(problems.join('\n'), /^The setting understudy\.sampling\.topK is -1, .*\.$/);
      configuration.enablement();
    }
    assert.equal(warned.length, 2);
    assert.match(warned[1], /understudy\.enable/);
  });

  it('is changed where its value is in force', async () => {
    const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
    for (const [set, target] of [
      [{}, Global],
      [{ globalValue: 1, workspaceValue: 2 }, Workspace],
      [{ globalValue: 1, workspaceValue: 2, workspaceFolderValue: 3 }, WorkspaceFolder],
    ] as const) {
      const updates: unknown[] = [];
      vscode.workspace.getConfiguration = () =>
        ({
          inspect: () => set,
          update: (...update: unknown[]) => {
            updates.push(update);
            return Promise.resolve();
          },
        }) as unknown as vscode.WorkspaceConfiguration;
      await configuration.update('eagerness', 0.7);
      assert.deepEqual(updates, [['eagerness', 0.7, target]]);
    }
  });

  it('names the encoding that VS Code uses for what is not in Unicode', async () => {
    const { Global } = vscode.ConfigurationTarget;
    const { fsPath } = vscode.workspace.workspaceFolders![0].uri;
    const set = async (scope: vscode.ConfigurationScope | undefined, value: string | undefined) =>
      vscode.workspace
        .getConfiguration('files', scope)
        .update('encoding', value, Global, scope !== undefined);
    assert.equal(configuration.oldEncodingIn(fsPath), '');
    await set({ languageId: 'bat' }, 'gbk');
    assert.equal(configuration.oldEncodingIn(fsPath), 'gbk');
    await set(undefined, 'windows1251');
    assert.equal(configuration.oldEncodingIn(fsPath), 'windows1251');
    await set({ languageId: 'bat' }, undefined);
    await set(undefined, undefined);
    assert.equal(configuration.oldEncodingIn(fsPath), '');
  });

  it('excludes what either list of VS Code excludes', () => {
    given({
      'files.exclude': { '**/made': true, '**/kept': false },
      'search.exclude': { '**/found': true, '**/made': true },
    });
    assert.deepEqual(configuration.excludeGlobs(), ['**/made', '**/found']);
  });
});
