import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'iconv-lite';
import { ChangedFiles, type ChangedFilesOptions } from '../../../src/editor/changedFiles';
import { untilTold } from '../../support/untilTold';

const SENTENCE = 'The lamp burned in the window all night.\n';

describe('files that are created, moved or changed', () => {
  let root: string;
  let told: string[];
  /** Text by name, as the live model knows it. */
  let known: Map<string, string>;
  let changed: ChangedFiles;

  const write = (path: string, text = SENTENCE): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const add = (path: string): void => {
    changed.add({ root, path, withContents: true });
  };
  const change = (path: string, text = SENTENCE): void => {
    write(path, text);
    changed.add({ root, path, withContents: false });
  };
  /** What was told since the last call, sorted, once there are this many lines. */
  const whatWasTold = async (lines: number): Promise<string[]> => (await untilTold(told, lines)).toSorted();
  const isTold = async (...lines: string[]): Promise<void> => {
    assert.deepEqual(await whatWasTold(lines.length), lines);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'understudy-created-'));
    told = [];
    known = new Map();
    changed = follower();
  });
  afterEach(() => {
    changed.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  const follower = (options: Partial<ChangedFilesOptions> = {}): ChangedFiles =>
    new ChangedFiles(
      {
        learn: ({ uri, text, recent }) => {
          known.set(uri, text);
          told.push(`learn ${uri}${recent ? ', open' : ''}: ${text.trim()}`);
          return Promise.resolve();
        },
        hasRoomFor: ({ text }, limit) => text.length <= limit,
        isKnownAs: ({ uri, text }) => known.get(uri) === text,
        forget: (uris) => {
          told.push(...uris.filter((uri) => known.delete(uri)).map((uri) => `forget ${uri}`));
          return Promise.resolve();
        },
      },
      {
        maxCharacters: () => 100,
        gatherFor: 10,
        restFor: 0,
        longestRest: 50,
        maxFiles: 3,
        excludeGlobs: () => ['**/*.bak'],
        oldEncodingIn: () => 'gbk',
        uriOf: ({ path }) => path,
        isOpen: (uri) => uri === 'open.md',
        isNewerInEditor: (uri) => uri === 'unsaved.md',
        readAll: () => {
          told.push('read all');
          return Promise.resolve();
        },
        onError: (error) => {
          told.push(String(error));
        },
        ...options,
      },
    );

  it('are learned as they are when they are looked at, each once', async () => {
    write('open.md', 'Half written');
    add('open.md');
    add('open.md');
    write('open.md', 'The fog came in.');
    await isTold('learn open.md, open: The fog came in.');
  });

  it('are all the files of a folder that was renamed, and nothing else is read', async () => {
    write('draft/one.md', 'One.');
    write('draft/deep/two.md', 'Two.');
    write('other.md');
    renameSync(join(root, 'draft'), join(root, 'final'));
    add('final');
    add('final/one.md');
    await isTold('learn final/deep/two.md: Two.', 'learn final/one.md: One.');
  });

  it('are not looked at once the window is closed', async () => {
    change('one.md');
    changed.addAll();
    changed.dispose();
    changed = follower();
    change('two.md', 'Two.');
    await isTold('learn two.md: Two.');
  });

  it('wait for the round before, however long it takes, and then come by themselves', async () => {
    let end: () => void = () => undefined;
    changed = follower({
      readAll: () => {
        told.push('read all');
        return new Promise((resolve) => (end = resolve));
      },
    });
    changed.addAll();
    changed.addAll();
    change('one.md', 'One.');
    await isTold('read all');
    change('two.md', 'Two.');
    await isTold();
    end();
    await isTold('learn one.md: One.', 'learn two.md: Two.');
  });

  it('are passed over once their folder has left the workspace', async () => {
    let isFollowed = false;
    let isLookedAt = false;
    changed = follower({
      maxFiles: 1,
      uriOf: ({ path }) => {
        isLookedAt = true;
        return isFollowed ? path : null;
      },
    });
    change('one.md');
    change('two.md');
    while (!isLookedAt) {
      await sleep(5);
    }
    await isTold();
    isFollowed = true;
    change('three.md', 'Three.');
    await isTold('learn three.md: Three.');
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
    await isTold();
    known.set('empty.md', SENTENCE);
    write('empty.md', '');
    add('empty.md');
    await isTold('forget empty.md');
  });

  it('are not learned beyond what is kept live, which is said', async () => {
    write('long.md', SENTENCE.repeat(5));
    add('long.md');
    const [sentence, ...more] = await whatWasTold(1);
    assert.match(sentence, /The live model of the workspace is full/);
    assert.deepEqual(more, []);
  });

  it('are learned within the limit that the settings set at the time', async () => {
    let limit = 1000;
    changed.dispose();
    changed = follower({ maxCharacters: () => limit });
    change('long.md', SENTENCE.repeat(5));
    assert.equal((await whatWasTold(1)).length, 1);
    limit = 100;
    change('long.md', SENTENCE.repeat(6));
    const [sentence, ...more] = await whatWasTold(2);
    assert.match(sentence, /The live model of the workspace is full/);
    assert.deepEqual(more, ['forget long.md']);
  });

  it('are said once to have no room, however often a program writes them, until all is read again', async () => {
    change('long.md', SENTENCE.repeat(5));
    assert.equal((await whatWasTold(1)).length, 1);
    change('long.md', SENTENCE.repeat(6));
    await isTold();
    changed.addAll();
    change('long.md', SENTENCE.repeat(7));
    const [sentence, ...more] = await whatWasTold(2);
    assert.match(sentence, /The live model of the workspace is full/);
    assert.deepEqual(more, ['read all']);
  });

  it('are read in the encoding that is set for their folder, where they are not in Unicode', async () => {
    writeFileSync(join(root, 'old.md'), encode('Total 总数', 'gbk'));
    add('old.md');
    await isTold('learn old.md: Total 总数');
  });

  it('are found by one reading of the workspace when they are many', async () => {
    for (const path of ['part/a.md', 'part/b.md', 'c.md', 'd.md']) {
      write(path);
    }
    for (const path of ['part', 'c.md', 'd.md']) {
      add(path);
    }
    await isTold('read all');
  });

  it('are learned again as they were changed, but not a text that is known already', async () => {
    known.set('saved.md', SENTENCE);
    known.set('open.md', SENTENCE);
    change('saved.md');
    change('open.md', 'Formatted.');
    await isTold('learn open.md, open: Formatted.');
  });

  it('take no place of what is not saved in the editor yet', async () => {
    known.set('unsaved.md', 'Typed a moment ago.');
    change('unsaved.md', 'As it was created.');
    change('other.md');
    await isTold(`learn other.md: ${SENTENCE.trim()}`);
    assert.equal(known.get('unsaved.md'), 'Typed a moment ago.');
  });

  it('are forgotten where there is no file any more, unless their text stands in the editor', async () => {
    known.set('dropped.md', 'Never saved.');
    known.set('unsaved.md', 'Typed a moment ago.');
    add('dropped.md');
    add('unsaved.md');
    await isTold('forget dropped.md');
    assert.equal(known.get('unsaved.md'), 'Typed a moment ago.');
  });

  it('stay known as they were saved, however full the live model is', async () => {
    const text = SENTENCE.repeat(5);
    known.set('saved.md', text);
    change('saved.md', text);
    change('other.md');
    await isTold(`learn other.md: ${SENTENCE.trim()}`);
    assert.equal(known.get('saved.md'), text);
  });

  it('do not include everything in a folder that has merely changed', async () => {
    write('part/one.md');
    changed.add({ root, path: 'part', withContents: false });
    await isTold();
    add('part');
    changed.add({ root, path: 'part', withContents: false });
    await isTold(`learn part/one.md: ${SENTENCE.trim()}`);
  });

  it('are forgotten when their new text has no room', async () => {
    known.set('a.md', SENTENCE);
    change('a.md', SENTENCE.repeat(5));
    change('b.md');
    const [sentence, ...more] = await whatWasTold(3);
    assert.match(sentence, /The live model of the workspace is full/);
    assert.deepEqual(more, ['forget a.md', `learn b.md: ${SENTENCE.trim()}`]);
  });

  it('are read again by the one reading when they are many, as a switch of branches changes them', async () => {
    known.set('c.md', 'As it was.');
    for (const path of ['a.md', 'b.md', 'c.md', 'd.md']) {
      change(path);
    }
    await isTold('forget c.md', 'read all');
  });

  it('are read by the one reading when the rules have changed', async () => {
    changed.addAll();
    changed.addAll();
    change('a.md');
    await isTold(`learn a.md: ${SENTENCE.trim()}`, 'read all');
    changed.addAll();
    await isTold('read all');
  });

  it('are skipped when a build writes thousands into a folder that is ignored', async () => {
    mkdirSync(join(root, '.git'));
    write('.gitignore', 'out/\n');
    for (let i = 0; i < 5000; i++) {
      changed.add({ root, path: `out/deep/${i}.md`, withContents: false });
    }
    change('a.md');
    await isTold(`learn a.md: ${SENTENCE.trim()}`);
  });

  it('are followed only part of the time, however often they are written', async () => {
    changed.dispose();
    const lookedAt: number[] = [];
    changed = follower({
      restFor: 4,
      longestRest: 1000,
      uriOf: ({ path }) => {
        lookedAt.push(performance.now());
        // Each look takes 20 ms.
        while (performance.now() < lookedAt.at(-1)! + 20);
        return path;
      },
    });
    const end = performance.now() + 300;
    for (let i = 0; performance.now() < end || lookedAt.length === 0; i++) {
      change('log.md', `Line ${i}.`);
      await sleep(5);
    }
    assert.ok(lookedAt.length >= 1 && lookedAt.length <= 4, lookedAt.join(', '));
  });

  it('are followed again soon after the computer slept while they were looked at', async () => {
    changed.dispose();
    const now = performance.now.bind(performance);
    let slept = 0;
    performance.now = () => now() + slept;
    try {
      changed = follower({
        restFor: 9,
        uriOf: ({ path }) => {
          slept = 8 * 3_600_000;
          return path;
        },
      });
      change('one.md');
      await isTold(`learn one.md: ${SENTENCE.trim()}`);
      change('two.md');
      await isTold(`learn two.md: ${SENTENCE.trim()}`);
    } finally {
      performance.now = now;
    }
  });
});
