import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreatedFiles } from '../../../src/editor/createdFiles';

const SENTENCE = 'The lamp burned in the window all night.\n';

describe('files that are created or moved', () => {
  let root: string;
  let told: string[];
  let created: CreatedFiles;

  const write = (path: string, text = SENTENCE): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const add = (path: string): void => {
    created.add({ root, path });
  };
  /** What was told since, in the order of names, once all is looked at. */
  const whatWasTold = async (): Promise<string[]> => {
    await sleep(150);
    return told.splice(0).toSorted();
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'understudy-created-'));
    told = [];
    created = new CreatedFiles(
      {
        learn: ({ uri, text, recent }) => {
          told.push(`learn ${uri}${recent ? ', open' : ''}: ${text.trim()}`);
          return Promise.resolve();
        },
        hasRoomFor: ({ text }, limit) => text.length <= limit,
        forgetBelow: (uri) => {
          told.push(`forget ${uri}`);
          return Promise.resolve();
        },
      },
      {
        maxFileBytes: 1000,
        maxCharacters: 100,
        gatherFor: 10,
        maxFiles: 3,
        excludeGlobs: () => ['**/*.bak'],
        uriOf: ({ path }) => path,
        isOpen: (uri) => uri === 'open.md',
        readAll: () => {
          told.push('read all');
          return Promise.resolve();
        },
        onError: (error) => {
          told.push(String(error));
        },
      },
    );
  });
  afterEach(() => {
    created.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  it('are learned as they are when they are looked at, each once', async () => {
    write('open.md', 'Half written');
    add('open.md');
    add('open.md');
    write('open.md', 'The fog came in.');
    assert.deepEqual(await whatWasTold(), ['learn open.md, open: The fog came in.']);
  });

  it('are all the files of a folder that was renamed, and nothing else is read', async () => {
    write('draft/one.md', 'One.');
    write('draft/deep/two.md', 'Two.');
    write('other.md');
    renameSync(join(root, 'draft'), join(root, 'final'));
    add('final');
    add('final/one.md');
    assert.deepEqual(await whatWasTold(), ['learn final/deep/two.md: Two.', 'learn final/one.md: One.']);
  });

  it('are left out where a scan would leave them out, and forgotten when they took the place of a text', async () => {
    write('.gitignore', 'out/\n');
    mkdirSync(join(root, '.git'));
    for (const path of ['out/page.md', 'one.bak', 'node_modules/a/readme.md', '.env']) {
      write(path);
      add(path);
    }
    add('out');
    add('gone.md');
    assert.deepEqual(await whatWasTold(), []);
    write('empty.md', '');
    add('empty.md');
    assert.deepEqual(await whatWasTold(), ['forget empty.md']);
  });

  it('are not learned beyond what is kept live, which is said', async () => {
    write('long.md', SENTENCE.repeat(5));
    add('long.md');
    const [sentence, ...more] = await whatWasTold();
    assert.match(sentence, /The live model of the workspace is full/);
    assert.deepEqual(more, []);
  });

  it('are found by one reading of the workspace when they are many', async () => {
    for (const path of ['part/a.md', 'part/b.md', 'c.md', 'd.md']) {
      write(path);
    }
    for (const path of ['part', 'c.md', 'd.md']) {
      add(path);
    }
    assert.deepEqual(await whatWasTold(), ['read all']);
  });
});
