import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { GeneratorDiedError } from '../../../src/completion/generatorLink';
import { LastFatalFile } from '../../../src/editor/fatalFile';
import { LanguageModelHalf, type LanguageModelSurroundings } from '../../../src/editor/languageModelHalf';
import type { HalfChoice, HalfLoadedResponse } from '../../../src/protocol/generatorProtocol';
import { StoredValues } from '../../support/storedValues';

const keras: HalfChoice = { kind: 'keras', path: '/m/words.h5' };
const gguf: HalfChoice = { kind: 'gguf', path: '/m/small.gguf' };
/** The same choice as it is sent to the generator. */
const ggufOpened: HalfChoice = { ...gguf, modulePath: '/storage/llama' };
const server: HalfChoice = { kind: 'server', address: 'http://team:8080/v1' };
const damaged: HalfChoice = { kind: 'keras', path: '/m/damaged.h5' };

/** A window whose user consents to every server except those of `refused`, and a generator that opens all models but the damaged. */
class FakeWindow implements LanguageModelSurroundings {
  readonly llamaFolder = '/storage/llama';
  trusted = true;
  setting: HalfChoice | null = null;
  recent: readonly HalfChoice[] = [];
  readonly keys = new Map<string, string>();
  readonly refused = new Set<string>();
  readonly asked: string[] = [];
  readonly opened: string[] = [];
  /** What the generator was told, in order. */
  readonly loaded: (HalfChoice | null)[] = [];
  changes = 0;
  /** Whether loading a model kills the generator. */
  dying = false;
  /** Whether no server is opened without its key. */
  wantsKey = false;
  /** Awaited before a model is open and before the user answers. */
  delay: Promise<void> | null = null;
  /** Why a model is away when it is loaded; null if it answers. */
  away: string | null = null;
  readonly memory = new StoredValues();
  readonly fatal = new LastFatalFile(this.memory, 'fatal');
  readonly half = new LanguageModelHalf(
    { loadHalf: (choice) => this.loadHalf(choice) },
    this,
    () => this.changes++,
  );

  isTrusted = (): boolean => this.trusted;
  configured = (): HalfChoice | null => this.setting;
  configure(choice: HalfChoice | null): Promise<void> {
    this.setting = choice;
    return Promise.resolve();
  }
  async allows(address: string): Promise<boolean> {
    this.asked.push(address);
    await this.delay;
    return !this.refused.has(address);
  }
  keyFor = (address: string): Promise<string | undefined> => Promise.resolve(this.keys.get(address));
  shown = (sentence: string): string => sentence;
  whileOpening<T>(name: string, work: Promise<T>): Promise<T> {
    this.opened.push(name);
    return work;
  }
  setRecent(choices: readonly HalfChoice[]): Promise<void> {
    this.recent = choices;
    return Promise.resolve();
  }

  private async loadHalf(choice: HalfChoice | null): Promise<HalfLoadedResponse> {
    if (isDeepStrictEqual(choice, damaged)) {
      throw new Error('The model "damaged.h5" is cut off; copy it again.');
    }
    if (this.wantsKey && choice?.kind === 'server' && choice.key === undefined) {
      throw new Error('team:8080 wants a key.');
    }
    this.loaded.push(choice);
    if (this.dying) {
      throw new GeneratorDiedError('The part of Understudy that writes suggestions stopped.');
    }
    await (choice === null ? null : this.delay);
    const { away } = this;
    return { kind: 'halfLoaded', id: 1, description: choice?.kind ?? '', away };
  }
}

describe('choosing a language model', () => {
  it('uses it, remembers it and writes it into the setting', async () => {
    const window = new FakeWindow();
    assert.equal(await window.half.choose(keras), true);
    assert.deepEqual(window.half.state, {
      choice: keras,
      name: 'words.h5',
      description: 'keras',
      away: null,
    });
    assert.deepEqual([window.setting, window.recent, window.opened], [keras, [keras], ['words.h5']]);
    await window.half.choose(gguf);
    await window.half.choose(keras);
    assert.deepEqual(window.recent, [keras, gguf]);
  });

  it('offers the one in use first, also where the setting was written by hand', async () => {
    const window = new FakeWindow();
    await window.half.choose(keras);
    window.setting = gguf;
    await window.half.follow();
    assert.deepEqual(window.half.recent, [gguf, keras]);
    await window.half.choose(null);
    assert.deepEqual(window.half.recent, [keras]);
  });

  it('offers only the latest of many', async () => {
    const window = new FakeWindow();
    for (let i = 0; i < 20; i++) {
      await window.half.choose({ kind: 'keras', path: `/m/${i}.h5` });
    }
    assert.ok(window.recent.length < 20);
    assert.deepEqual(window.recent[0], { kind: 'keras', path: '/m/19.h5' });
  });

  it('keeps the present one when another cannot be opened', async () => {
    const window = new FakeWindow();
    await window.half.choose(gguf);
    await assert.rejects(window.half.choose(damaged), /is cut off; copy it again/);
    assert.deepEqual(
      [window.half.state?.choice, window.setting, window.recent, window.loaded],
      [gguf, gguf, [gguf], [ggufOpened]],
    );
  });

  it('asks before anything is sent to a server, and changes nothing when the user refuses', async () => {
    const window = new FakeWindow();
    window.refused.add(server.address);
    await window.half.choose(gguf);
    assert.equal(await window.half.choose(server), false);
    assert.deepEqual([window.asked, window.loaded, window.setting], [[server.address], [ggufOpened], gguf]);
    assert.equal(window.half.state?.choice, gguf);
  });

  it('takes one that is being opened while the user refuses a server', async () => {
    const window = new FakeWindow();
    window.refused.add(server.address);
    const chosen = await Promise.all([window.half.choose(gguf), window.half.choose(server)]);
    assert.deepEqual(chosen, [true, false]);
    assert.deepEqual([window.half.state?.choice, window.setting], [gguf, gguf]);
  });

  it('takes the one chosen last, however long the key of a server chosen before takes to be found', async () => {
    const window = new FakeWindow();
    let unlock: (key: string) => void = () => undefined;
    window.keyFor = () =>
      new Promise((resolve) => {
        unlock = resolve;
      });
    const earlier = window.half.choose(server);
    await new Promise(setImmediate);
    assert.equal(await window.half.choose(keras), true);
    unlock('secret');
    assert.equal(await earlier, false);
    assert.deepEqual([window.half.state?.choice, window.setting, window.loaded], [keras, keras, [keras]]);
  });

  it('has in use what the generator was told last', async () => {
    const window = new FakeWindow();
    await Promise.all([keras, server, gguf].map((choice) => window.half.choose(choice)));
    assert.deepEqual([window.half.state?.choice, window.setting], [gguf, gguf]);
    assert.deepEqual(window.loaded.at(-1), ggufOpened);
  });

  it('gives a server its key, and keeps the key out of the setting and of what is remembered', async () => {
    const window = new FakeWindow();
    window.keys.set(server.address, 'secret');
    await window.half.choose(server);
    assert.deepEqual(window.loaded, [{ ...server, key: 'secret' }]);
    assert.deepEqual([window.setting, window.recent, window.half.server], [server, [server], server]);
    assert.ok(!JSON.stringify(window.half.state).includes('secret'));
  });

  it('gives a server its new key when the user changes it, in another window or in this one', async () => {
    const window = new FakeWindow();
    window.keys.set(server.address, 'old');
    await window.half.choose(server);
    await window.half.followKey();
    assert.deepEqual(window.loaded, [{ ...server, key: 'old' }]);
    window.keys.set(server.address, 'new');
    await window.half.followKey();
    assert.deepEqual(window.loaded.at(-1), { ...server, key: 'new' });
    window.keys.delete(server.address);
    const [isUsed] = await Promise.all([window.half.choose(server), window.half.followKey()]);
    assert.ok(isUsed, 'What the user chooses meanwhile is opened last.');
    assert.deepEqual(window.loaded.at(-1), server);
  });

  it('keeps what is chosen while the new key of the server before is being found', async () => {
    const window = new FakeWindow();
    await window.half.choose(server);
    let unlock: (key: string) => void = () => undefined;
    window.keyFor = () => new Promise((resolve) => (unlock = resolve));
    const followed = window.half.followKey();
    await window.half.choose(keras);
    unlock('secret');
    await followed;
    assert.deepEqual([window.half.state?.choice, window.loaded], [keras, [server, keras]]);
  });

  it('leaves a key alone that the server in the setting has not', async () => {
    const window = new FakeWindow();
    await window.half.followKey();
    await window.half.choose(keras);
    window.keys.set(server.address, 'secret');
    await window.half.followKey();
    window.setting = server;
    window.trusted = false;
    await window.half.followKey();
    assert.deepEqual(window.loaded, [keras]);
    window.trusted = true;
    await window.half.choose(server);
    window.setting = { kind: 'server', address: 'http://unasked:8080/v1' };
    await window.half.followKey();
    assert.deepEqual(window.loaded, [keras, { ...server, key: 'secret' }]);
  });

  it('gives the key to a server that the setting names, and that could not be opened without it', async () => {
    const window = new FakeWindow();
    window.setting = server;
    window.wantsKey = true;
    await assert.rejects(window.half.follow(), /wants a key/);
    window.keys.set(server.address, 'secret');
    await window.half.followKey();
    assert.equal(window.half.state?.choice, server);
  });

  it('counts as in use as soon as it is being opened', async () => {
    const window = new FakeWindow();
    const has = (...kinds: HalfChoice['kind'][]): boolean[] =>
      kinds.map((kind) => window.half.has((choice) => choice.kind === kind));
    assert.deepEqual(has('gguf'), [false]);
    let go: () => void = () => undefined;
    window.delay = new Promise((resolve) => (go = resolve));
    const chosen = window.half.choose(gguf);
    await new Promise((wait) => setImmediate(wait));
    assert.deepEqual([window.half.state, ...has('gguf')], [null, true]);
    go();
    await chosen;
    assert.deepEqual(has('gguf', 'keras'), [true, false]);
    await window.half.choose(null);
    assert.deepEqual([...has('gguf'), window.half.has()], [false, false]);
  });

  it('goes back to none', async () => {
    const window = new FakeWindow();
    await window.half.choose(keras);
    await window.half.choose(null);
    assert.deepEqual([window.half.state, window.setting, window.loaded], [null, null, [keras, null]]);
  });
});

describe('the setting of the language model, changed by hand or in another window', () => {
  it('is followed, once', async () => {
    const window = new FakeWindow();
    window.setting = gguf;
    await window.half.follow();
    await window.half.follow();
    assert.deepEqual(window.loaded, [ggufOpened]);
    window.setting = null;
    await window.half.follow();
    assert.equal(window.half.state, null);
  });

  it('is not followed in a workspace that is not trusted, until it is', async () => {
    const window = new FakeWindow();
    window.trusted = false;
    window.setting = server;
    await window.half.follow();
    assert.deepEqual([window.loaded, window.asked], [[], []]);
    window.trusted = true;
    await window.half.follow();
    assert.deepEqual(window.loaded, [server]);
  });

  for (const named of [gguf, server]) {
    it(`uses no ${named.kind} that it no longer names when it could be used`, async () => {
      const window = new FakeWindow();
      let go: () => void = () => undefined;
      window.delay = new Promise((resolve) => (go = resolve));
      window.setting = named;
      const followed = window.half.follow();
      await Promise.resolve();
      window.setting = null;
      await window.half.follow();
      go();
      await followed;
      assert.equal(window.half.state, null);
      assert.equal(window.loaded.at(-1) ?? null, null);
    });
  }

  it('goes back to the current model when it names that again while another is being opened', async () => {
    const window = new FakeWindow();
    await window.half.choose(keras);
    let go: () => void = () => undefined;
    window.delay = new Promise((resolve) => (go = resolve));
    window.setting = gguf;
    const followed = window.half.follow();
    await Promise.resolve();
    window.setting = keras;
    const back = window.half.follow();
    go();
    await Promise.all([followed, back]);
    assert.equal(window.half.state?.choice, keras);
    assert.equal(window.loaded.at(-1), keras);
  });

  it('leaves the present model in use where it names one that cannot be opened', async () => {
    const window = new FakeWindow();
    await window.half.choose(keras);
    window.setting = damaged;
    await assert.rejects(window.half.follow(), /is cut off/);
    assert.equal(window.half.state?.choice, keras);
  });
});

describe('a language model that the generator dies of', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-fatal-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const dead = async () => {
    const path = join(folder, 'fatal.h5');
    writeFileSync(path, 'endless');
    const window = new FakeWindow();
    window.dying = true;
    window.setting = { kind: 'keras', path };
    await assert.rejects(window.half.follow(), GeneratorDiedError);
    return { path, window };
  };

  it('is not opened again because the setting names it, in any window, until its file is another', async () => {
    const { path, window } = await dead();
    const reloaded = new FakeWindow();
    reloaded.setting = window.setting;
    await reloaded.memory.update('fatal', window.memory.get('fatal'));
    await assert.rejects(
      reloaded.half.follow(),
      /^Error: Opening fatal\.h5 stopped the part of Understudy .* Choose it again to retry\.$/,
    );
    assert.deepEqual(reloaded.loaded, []);
    await reloaded.half.choose(keras);
    assert.notEqual(reloaded.memory.get('fatal'), undefined, 'another model says nothing of it');
    reloaded.setting = window.setting;
    writeFileSync(path, 'mended now');
    await reloaded.half.follow();
    assert.equal(reloaded.half.state?.choice, window.setting);
    assert.equal(reloaded.memory.get('fatal'), undefined);
  });

  it('is tried again when it is chosen again, and is then as any other', async () => {
    const { window } = await dead();
    await assert.rejects(window.half.choose(window.setting), GeneratorDiedError);
    window.dying = false;
    assert.equal(await window.half.choose(window.setting), true);
    assert.deepEqual([window.loaded.length, window.memory.get('fatal')], [3, undefined]);
  });
});

describe('a language model that goes away', () => {
  it('is described in the language of the user, as is why it is away', async () => {
    const window = new FakeWindow();
    window.shown = (sentence) => sentence.toUpperCase();
    window.away = 'it did not answer';
    await window.half.choose(server);
    assert.equal(window.half.state?.description, 'SERVER');
    assert.equal(window.half.state.away, 'IT DID NOT ANSWER');
    window.half.heard({ state: 'away', message: 'it is gone' });
    assert.equal(window.half.state.away, 'IT IS GONE');
  });

  it('is said to be away from the start if it was when it was chosen', async () => {
    const window = new FakeWindow();
    window.away = 'team:8080 cannot be reached.';
    await window.half.choose(server);
    assert.equal(window.half.state?.away, 'team:8080 cannot be reached.');
  });

  it('is said to be away until it answers again', async () => {
    const window = new FakeWindow();
    window.half.heard({ state: 'away', message: 'The one before did not answer.' });
    assert.deepEqual([window.half.state], [null]);
    await window.half.choose(server);
    const before = window.changes;
    window.half.heard({ state: 'away', message: 'team:8080 did not answer.' });
    assert.equal(window.half.state?.away, 'team:8080 did not answer.');
    window.half.heard({ state: 'answering', message: '' });
    assert.equal(window.half.state.away, null);
    assert.equal(window.changes, before + 2);
  });
});
