import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChangedRules } from '../../../src/editor/changedRules';
import { LiveFiles } from '../../../src/editor/liveFiles';

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
  /** What was told since, once all is looked at. */
  const whatWasTold = async (): Promise<string[]> => {
    await sleep(150);
    return told.splice(0);
  };

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'understudy-rules-'));
    told = [];
    globs = [];
    files = new LiveFiles(
      {
        learnFiles: (learned) => {
          told.push(...learned.map(({ uri, text }) => `${text === '' ? 'forget' : 'learn'} ${uri}`));
          return Promise.resolve({ kind: 'filesLearned', id: 0, files: learned.length, tokens: 1 });
        },
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
    rules.add({ root, path: '.gitignore' });
    assert.deepEqual(await whatWasTold(), ['forget accounts.md', 'read again']);
  });

  it('hold in folders, in .understudyignore and in what git keeps for itself', async () => {
    write('notes/.understudyignore', '*.md\n');
    rules.add({ root, path: 'notes/.understudyignore' });
    assert.deepEqual(await whatWasTold(), ['forget notes/plan.md', 'read again']);
    write('.git/info/exclude', 'accounts.md\n');
    rules.add({ root, path: '.git/info/exclude' });
    assert.deepEqual(await whatWasTold(), ['forget accounts.md', 'read again']);
  });

  it('are those of the settings too', async () => {
    globs = ['notes'];
    rules.addAll();
    assert.deepEqual(await whatWasTold(), ['forget notes/plan.md', 'read again']);
  });

  it('have all read again when they are gone', async () => {
    rules.add({ root, path: '.gitignore' });
    assert.deepEqual(await whatWasTold(), ['read again']);
  });

  it('are looked at once where many change together, and not for other files', async () => {
    for (let i = 0; i < 300; i++) {
      rules.add({ root, path: `part${i}/.gitignore` });
      rules.add({ root, path: `part${i}/chapter.md` });
    }
    assert.deepEqual(await whatWasTold(), ['read again']);
    rules.add({ root, path: 'accounts.md' });
    assert.deepEqual(await whatWasTold(), []);
  });

  it('say nothing in a folder that is passed over, as packages bring them', async () => {
    write('node_modules/a/.gitignore', '*\n');
    rules.add({ root, path: 'node_modules/a/.gitignore' });
    assert.deepEqual(await whatWasTold(), []);
  });

  it('end a reading that goes by the earlier ones', async () => {
    const reading = files.readAll({
      plan: () => sleep(50, [{ root, path: 'secrets.md', bytes: 1 }]),
      read: ({ path }) => Promise.resolve({ uri: path, text: 'The text.', recent: false }),
    });
    write('.gitignore', 'secrets.md\n');
    rules.add({ root, path: '.gitignore' });
    await assert.rejects(reading, { name: 'AbortError' });
    assert.deepEqual(await whatWasTold(), ['read again']);
  });
});
