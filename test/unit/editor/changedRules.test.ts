import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ChangedRules } from '../../../src/editor/changedRules';
import { LiveFiles } from '../../../src/editor/liveFiles';
import { untilTold } from '../../support/untilTold';

describe('rules of what is learned', () => {
  let root: string;
  let told: string[];
  let globs: string[];
  let files: LiveFiles;
  let rules: ChangedRules;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const learn = (path: string): Promise<void> =>
    files.learn({ uri: path, text: `The text of ${path}`, recent: false });
  const isTold = async (...lines: string[]): Promise<void> => {
    assert.deepEqual(await untilTold(told, lines.length), lines);
  };

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'understudy-rules-'));
    told = [];
    globs = [];
    files = new LiveFiles(
      {
        learnFiles: (learned) => {
          told.push(...learned.map(({ uri, text }) => `${text === '' ? 'forget' : 'learn'} ${uri}`));
          return Promise.resolve({ kind: 'filesLearned', id: 0, tokens: 1 });
        },
        forgetSuggestions: () => undefined,
      },
      () => undefined,
    );
    rules = new ChangedRules(files, {
      gatherFor: 10,
      excludeGlobs: () => globs,
      placeOf: (uri) => (uri.startsWith('elsewhere') ? null : { root, path: uri }),
      readAgain: () => {
        told.push('read again');
      },
      onError: (error) => {
        told.push(String(error));
      },
    });
    for (const path of ['accounts.md', 'notes/plan.md', 'elsewhere.md']) {
      await learn(path);
    }
    told.length = 0;
  });
  afterEach(() => {
    rules.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  it('forget at once what a .gitignore leaves out now, and have the rest read again', async () => {
    write('.gitignore', 'accounts.md\n');
    rules.note();
    await isTold('forget accounts.md', 'read again');
  });

  it('hold in folders, in .understudyignore and in what git keeps for itself', async () => {
    write('notes/.understudyignore', '*.md\n');
    rules.note();
    await isTold('forget notes/plan.md', 'read again');
    write('.git/info/exclude', 'accounts.md\n');
    rules.note();
    await isTold('forget accounts.md', 'read again');
  });

  it('are those of the settings too', async () => {
    globs = ['notes'];
    rules.note();
    await isTold('forget notes/plan.md', 'read again');
  });

  it('cause everything to be read again when they are removed', async () => {
    rules.note();
    await isTold('read again');
  });

  it('are looked at once where many change together', async () => {
    for (let i = 0; i < 300; i++) {
      rules.note();
    }
    await isTold('read again');
    await isTold();
  });

  it('end a reading that follows the old rules', async () => {
    const reading = files.readAll({
      plan: async (signal) => {
        await once(signal, 'abort');
        return [{ root, path: 'secrets.md', bytes: 1 }];
      },
      uriOf: ({ path }) => path,
      isOpen: () => false,
      read: () => Promise.resolve('The text.'),
    });
    write('.gitignore', 'secrets.md\n');
    rules.note();
    await assert.rejects(reading, { name: 'AbortError' });
    await isTold('read again');
  });
});
