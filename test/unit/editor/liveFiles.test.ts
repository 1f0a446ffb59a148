import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GeneratorClient } from '../../../src/completion/generatorClient';
import { LiveFiles, type LiveSource } from '../../../src/editor/liveFiles';
import type { PlannedFile } from '../../../src/protocol/trainerEvents';
import { cursorText } from '../../support/cursorText';
import { processorSeconds } from '../../support/processorSeconds';

const planned = (path: string): PlannedFile => ({ root: '/novel', path, bytes: 1 });
const uriOf = (path: string): string => `file:///novel/${path}`;

/** A folder with these files; `reads` counts how often each was read. */
function folder(paths: readonly string[]) {
  const reads = new Map<string, number>();
  const source: LiveSource = {
    plan: () => Promise.resolve(paths.map(planned)),
    uriOf: ({ path }) => uriOf(path),
    isOpen: () => false,
    read: ({ path }) => {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      return Promise.resolve(path.startsWith('gone') ? null : `The text of ${path}`);
    },
  };
  return { source, reads };
}

/** A generator that records what it was told. */
function recorder() {
  const told: string[] = [];
  let timesForgotten = 0;
  return {
    told,
    /** How often suggestions made earlier were to be served no longer. */
    timesForgotten: () => timesForgotten,
    forgetSuggestions: () => {
      timesForgotten++;
    },
    learnFiles: (files: readonly { uri: string; text: string }[]) => {
      told.push(...files.map(({ uri, text }) => `${text === '' ? 'forget' : 'learn'} ${uri}`));
      return Promise.resolve({ kind: 'filesLearned' as const, id: 0, tokens: 1 });
    },
  };
}

describe('The files that the live model knows', () => {
  it('are all that hold text, each learned once', async () => {
    const { source, reads } = folder(['a.md', 'gone.md', 'b.md']);
    const generator = recorder();
    const lines: string[] = [];
    const files = new LiveFiles(generator, (line) => lines.push(line));
    await files.readAll(source);
    await files.readAll(source);
    assert.equal(
      generator.timesForgotten(),
      1,
      'Those made without the files; the second reading found nothing new.',
    );
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`, `learn ${uriOf('b.md')}`]);
    assert.equal(reads.get('gone.md'), 2);
    assert.match(lines[0] ?? '', /^Live model of the workspace in [\d.]+ s: files 2, tokens 1\.$/);
  });

  it('are not overwritten by an older text of a file that was saved while they were read', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.learn({ uri: uriOf('b.md'), text: 'as it was saved', recent: true });
    await files.readAll(source);
    assert.deepEqual(generator.told, [`learn ${uriOf('b.md')}`, `learn ${uriOf('a.md')}`]);
  });

  it('are forgotten with their folder, and no others', async () => {
    const { source } = folder(['part/a.md', 'part/b.md', 'partly.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(source);
    generator.told.length = 0;
    await files.forgetBelow([uriOf('part')]);
    assert.deepEqual(generator.told, [`forget ${uriOf('part/a.md')}`, `forget ${uriOf('part/b.md')}`]);
    generator.told.length = 0;
    await files.readAll(source);
    await files.forgetBelow([uriOf('part')], (uri) => uri === uriOf('part/a.md'));
    assert.equal(generator.told.at(-1), `forget ${uriOf('part/b.md')}`);
    assert.equal(generator.told.length, 3, 'but those that are kept');
  });

  it('are forgotten together, and soon, where another branch has deleted thousands of files and a folder', async () => {
    const deleted = Array.from({ length: 5000 }, (_, i) => `source/part${i % 50}/file${i}.ts`);
    const { source } = folder([...deleted, 'notes/a.md', 'notes.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(source);
    generator.told.length = 0;
    const gone = [...deleted, 'notes', 'other'].map(uriOf);
    const seconds = await processorSeconds(() => files.forgetBelow(gone));
    assert.ok(seconds < 1, `${seconds} s`);
    assert.deepEqual(
      generator.told,
      [...deleted, 'notes/a.md'].map((path) => `forget ${uriOf(path)}`),
    );
  });

  it('are known by their text, and read again once they are forgotten', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(source);
    const read = { uri: uriOf('a.md'), text: 'The text of a.md', recent: true };
    assert.equal(files.isKnownAs(read), true);
    assert.equal(files.isKnownAs({ ...read, text: 'The text of b.md' }), false);
    assert.equal(files.isKnownAs({ ...read, uri: uriOf('c.md') }), false);
    generator.told.length = 0;
    await files.forget([uriOf('a.md'), uriOf('c.md')]);
    await files.readAll(source);
    assert.deepEqual(generator.told, [`forget ${uriOf('a.md')}`, `learn ${uriOf('a.md')}`]);
  });

  it('have room within a limit, where a new version replaces the old one', async () => {
    const files = new LiveFiles(recorder(), () => undefined);
    const file = (path: string, length: number) => ({
      uri: uriOf(path),
      text: 'x'.repeat(length),
      recent: false,
    });
    await files.learn(file('a.md', 60));
    await files.learn(file('b.md', 30));
    assert.equal(files.hasRoomFor(file('c.md', 20), 100), false);
    assert.equal(files.hasRoomFor(file('a.md', 70), 100), true);
    await files.forgetBelow([uriOf('b.md')]);
    assert.equal(files.hasRoomFor(file('c.md', 20), 100), true);
  });

  it('have room to grow a little where the first reading has filled the limit, and others have none', async () => {
    const files = new LiveFiles(recorder(), () => undefined);
    const file = (path: string, length: number) => ({
      uri: uriOf(path),
      text: 'x'.repeat(length),
      recent: false,
    });
    await files.learn(file('a.md', 50));
    await files.learn(file('b.md', 50));
    assert.equal(files.hasRoomFor(file('a.md', 60), 100), true);
    assert.equal(files.hasRoomFor(file('a.md', 70), 100), false);
    assert.equal(files.hasRoomFor(file('c.md', 1), 100), false);
  });

  it('have room where they do not grow, also when files that were saved have passed the limit', async () => {
    const files = new LiveFiles(recorder(), () => undefined);
    const file = (path: string, length: number) => ({
      uri: uriOf(path),
      text: 'x'.repeat(length),
      recent: true,
    });
    await files.learn(file('a.md', 90));
    await files.learn(file('b.md', 30));
    assert.equal(files.hasRoomFor(file('a.md', 90), 100), true);
    assert.equal(files.hasRoomFor(file('c.md', 1), 100), false);
  });

  it('are forgotten before others are learned where a later plan holds others, unless they were saved or are open', async () => {
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(folder(['both.md', 'changed.md', 'earlier.md', 'open.md']).source);
    await files.learn({ uri: uriOf('saved.md'), text: 'as it was saved', recent: true });
    generator.told.length = 0;
    const later = folder(['added.md', 'both.md']).source;
    await files.readAll({
      ...later,
      isOpen: (uri) => uri === uriOf('open.md'),
      plan: async (signal) => {
        const plan = await later.plan(signal);
        for (const path of ['changed.md', 'meanwhile.md']) {
          await files.learn({ uri: uriOf(path), text: 'written while it was planned', recent: false });
        }
        return plan;
      },
    });
    assert.deepEqual(generator.told, [
      `learn ${uriOf('changed.md')}`,
      `learn ${uriOf('meanwhile.md')}`,
      `forget ${uriOf('earlier.md')}`,
      `learn ${uriOf('added.md')}`,
    ]);
  });

  it('are not forgotten for a plan that was given up', async () => {
    const { source } = folder(['a.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(source);
    const older = files.readAll({ ...source, plan: () => sleep(20, []) });
    files.stop();
    await assert.rejects(older, { name: 'AbortError' });
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`]);
  });

  it('are given up half-way for a newer reading', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const older = files.readAll({ ...source, plan: () => sleep(20, [planned('old.md')]) });
    const newer = files.readAll(source);
    await assert.rejects(older, { name: 'AbortError' });
    await newer;
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`, `learn ${uriOf('b.md')}`]);
  });

  it('are none that a reading under the earlier rules goes on to find, once rules have changed', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const older = files.readAll({ ...source, plan: () => sleep(20, [planned('ignored.md')]) });
    await Promise.all([
      assert.rejects(older, { name: 'AbortError' }),
      files.forgetIgnored(() => Promise.resolve(false)),
    ]);
    assert.deepEqual(generator.told, []);
  });

  it('are none that only the reading given up had read', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const older = files.readAll({
      ...source,
      plan: () => Promise.resolve(['secrets.md', 'last.md'].map(planned)),
      read: async (file) => (file.path === 'last.md' ? sleep(20, null) : source.read(file)),
    });
    await sleep(5);
    await Promise.all([assert.rejects(older, { name: 'AbortError' }), files.readAll(source)]);
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`, `learn ${uriOf('b.md')}`]);
  });

  it('are sent as they are read where they are long, and not all at the end', async () => {
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const toldBefore: number[] = [];
    await files.readAll({
      ...folder([]).source,
      plan: () => Promise.resolve(['a.md', 'b.md', 'c.md', 'd.md'].map(planned)),
      read: () => {
        toldBefore.push(generator.told.length);
        return Promise.resolve('x'.repeat(100_000));
      },
    });
    assert.deepEqual(toldBefore, [0, 0, 2, 2]);
    assert.deepEqual(
      generator.told,
      ['a.md', 'b.md', 'c.md', 'd.md'].map((path) => `learn ${uriOf(path)}`),
      'each once',
    );
  });

  it('are learned by the newer reading even if the one given up had read them', async () => {
    const { source } = folder(['a.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const older = files.readAll({
      ...source,
      read: async (file) => (file.path === 'b.md' ? sleep(20, null) : source.read(file)),
    });
    await sleep(5);
    const newer = files.readAll(source);
    await assert.rejects(older, { name: 'AbortError' });
    await newer;
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`, `learn ${uriOf('b.md')}`]);
  });

  it('are not hidden by suggestions made before them, also where the reading that learned them was given up', async () => {
    const text = 'x'.repeat(200_000);
    const { source } = folder(['long.md', 'b.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const older = files.readAll({
      ...source,
      read: async ({ path }) => (path === 'b.md' ? sleep(20, null) : text),
    });
    await sleep(5);
    files.stop();
    await assert.rejects(older, { name: 'AbortError' });
    assert.deepEqual(generator.told, [`learn ${uriOf('long.md')}`]);
    assert.equal(generator.timesForgotten(), 1);
  });

  it('leave what is suggested as it is until it may be asked for anew, and then once', async () => {
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    const file = { uri: uriOf('a.md'), text: 'as it was saved', recent: true };
    await files.learn(file);
    assert.equal(generator.timesForgotten(), 0);
    files.forgetOutdated();
    files.forgetOutdated();
    assert.equal(generator.timesForgotten(), 1);
    await files.learn(file);
    files.forgetOutdated();
    assert.equal(generator.timesForgotten(), 1, 'It was learned before as it is.');
    await files.learn({ ...file, text: 'as it was saved again' });
    files.forgetOutdated();
    assert.equal(generator.timesForgotten(), 2);
    assert.deepEqual(generator.told, [`learn ${file.uri}`, `learn ${file.uri}`]);
  });

  it('are learned once more where they are open from then on', async () => {
    const { source } = folder(['a.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll(source);
    await files.learn({ uri: uriOf('a.md'), text: 'The text of a.md', recent: true });
    assert.deepEqual(generator.told, [`learn ${uriOf('a.md')}`, `learn ${uriOf('a.md')}`]);
  });

  it('stay as they were saved, or deleted, after they were read and before they were learned', async () => {
    const { source } = folder(['saved.md', 'deleted.md', 'last.md']);
    const generator = recorder();
    const files = new LiveFiles(generator, () => undefined);
    await files.readAll({
      ...source,
      read: async (file) => {
        if (file.path === 'last.md') {
          await files.learn({ uri: uriOf('saved.md'), text: 'as it was saved', recent: true });
          await files.forgetBelow([uriOf('deleted.md')]);
        }
        return source.read(file);
      },
    });
    assert.deepEqual(generator.told, [`learn ${uriOf('saved.md')}`, `learn ${uriOf('last.md')}`]);
  });

  it('are read and learned again after the generator has died', async () => {
    const { source, reads } = folder(['a.md', 'b.md']);
    const again: Promise<void>[] = [];
    const client = new GeneratorClient({
      workerPath: resolve('test/support/scriptedWorker.mjs'),
      kernelPath: '',
      tokenizerPath: '',
      baseModelPath: null,
      onFilesLost: () => {
        files.lost();
        again.push(files.readAll(source));
      },
    });
    const files = new LiveFiles(client, () => undefined);
    try {
      await files.readAll(source);
      const document = { uri: 'c', languageId: 'markdown', ...cursorText('CRASH█') };
      await assert.rejects(client.complete({ document, multiline: false, eagerness: 0.6, maxNewTokens: 24 }));
      assert.equal(again.length, 1, 'Its death was told once.');
      await again[0];
      assert.deepEqual([...reads.values()], [2, 2]);
      // The new thread counts the files that it was given.
      const { tokens } = await client.learnFiles([{ uri: uriOf('c.md'), text: 'x', recent: true }]);
      assert.equal(tokens, 3, 'a and b, read again, and c');
    } finally {
      await client.dispose();
    }
  });
});
