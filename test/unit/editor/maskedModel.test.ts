import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GeneratorDiedError } from '../../../src/completion/generatorLink';
import type { ModelSurroundings } from '../../../src/editor/chosenModel';
import { LastFatalFile } from '../../../src/editor/fatalFile';
import { maskedModelLine } from '../../../src/editor/languageModelLines';
import { MaskedModel } from '../../../src/editor/maskedModel';
import { parseMaskedModel } from '../../../src/editor/maskedModelSetting';
import type { MaskedChoice, MaskedLoadedResponse } from '../../../src/protocol/generatorProtocol';
import { inEnglish } from '../../../src/editor/translate';
import { StoredValues } from '../../support/storedValues';

/** A window with a setting, and a generator that opens what the test lets it open. */
class FakeWindow implements ModelSurroundings<string> {
  trusted = true;
  readonly fatal: LastFatalFile;
  setting: string | null = null;
  /** What the generator was told, in order. */
  readonly loaded: (MaskedChoice | null)[] = [];
  private readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  changes = 0;

  constructor(memory = new StoredValues()) {
    this.fatal = new LastFatalFile(memory, 'fatal');
  }
  readonly model = new MaskedModel(
    { loadMasked: (choice) => this.load(choice) },
    '/storage/onnx',
    this,
    () => this.changes++,
  );

  shown = (sentence: string): string => sentence;
  isTrusted = (): boolean => this.trusted;
  configured = (): string | null => this.setting;
  configure(folder: string | null): Promise<void> {
    this.setting = folder;
    return Promise.resolve();
  }
  whileOpening<T>(_folder: string, work: Promise<T>): Promise<T> {
    return work;
  }
  /** Lets the latest opening succeed. */
  open(): void {
    this.waiting.at(-1)!.resolve();
  }
  refuse(error: Error): void {
    this.waiting.at(-1)!.reject(error);
  }

  private load(choice: MaskedChoice | null): Promise<MaskedLoadedResponse> {
    this.loaded.push(choice);
    const response: MaskedLoadedResponse = {
      kind: 'maskedLoaded',
      id: this.loaded.length,
      description: choice?.folder ?? '',
    };
    return choice === null
      ? Promise.resolve(response)
      : new Promise((resolve, reject) => {
          this.waiting.push({
            resolve: () => {
              resolve(response);
            },
            reject,
          });
        });
  }
}

describe('choosing a masked model', () => {
  it('uses it with the runtime that was installed, and writes it into the setting', async () => {
    const window = new FakeWindow();
    assert.equal(window.model.has(), false);
    const chosen = window.model.choose('/m/bert');
    assert.equal(window.model.has(), true);
    window.open();
    assert.equal(await chosen, true);
    assert.equal(window.model.has(), true);
    assert.deepEqual(window.loaded, [{ folder: '/m/bert', modulePath: '/storage/onnx' }]);
    assert.deepEqual(window.model.state, {
      choice: '/m/bert',
      name: 'bert',
      description: '/m/bert',
      away: null,
    });
    assert.deepEqual([window.setting, window.changes], ['/m/bert', 1]);
    assert.equal(await window.model.choose(null), true);
    assert.equal(window.model.has(), false);
    assert.deepEqual([window.setting, window.model.state, window.changes], [null, null, 2]);
  });

  it('says why it does not answer, until it does again', async () => {
    const window = new FakeWindow();
    const line = (): string | null => maskedModelLine(inEnglish, window.model.state);
    window.model.heard({ state: 'away', message: 'Another one stopped.' });
    const chosen = window.model.choose('/m/bert');
    window.open();
    await chosen;
    assert.equal(line(), null);
    window.model.heard({ state: 'away', message: 'It keeps stopping.' });
    assert.equal(
      line(),
      'The masked model bert does not answer, so it does not rank suggestions. It keeps stopping.',
    );
    window.model.heard({ state: 'answering', message: 'bert answers again.' });
    assert.deepEqual([line(), window.changes], [null, 3]);
  });

  it('follows the setting again, to a model that could not be opened before, as before its runtime was installed', async () => {
    const window = new FakeWindow();
    window.setting = '/m/bert';
    const refused = assert.rejects(window.model.follow(), /ONNX Runtime is not installed/);
    window.refuse(new Error('ONNX Runtime is not installed.'));
    await refused;
    const followed = window.model.follow();
    window.open();
    await followed;
    assert.equal(window.model.state?.choice, '/m/bert');
  });
});

describe('a masked model that the generator dies of', () => {
  it('is opened again only when it is chosen again, or its tokenizer is another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-masked-'));
    writeFileSync(join(folder, 'tokenizer.json'), 'endless');
    const memory = new StoredValues();
    const die = async (window: FakeWindow, opening: Promise<unknown>): Promise<void> => {
      window.refuse(new GeneratorDiedError('The part of Understudy that writes suggestions stopped.'));
      await assert.rejects(opening, GeneratorDiedError);
    };
    const reload = (): FakeWindow => {
      const window = new FakeWindow(memory);
      window.setting = folder;
      return window;
    };
    const first = reload();
    await die(first, first.model.follow());
    const second = reload();
    await assert.rejects(
      second.model.follow(),
      /^Error: Opening understudy-masked-\w+ stopped the part of Understudy .* Choose it again to retry\.$/,
    );
    assert.deepEqual(second.loaded, []);
    await die(second, second.model.choose(folder));
    writeFileSync(join(folder, 'tokenizer.json'), 'mended now');
    const third = reload();
    const followed = third.model.follow();
    third.open();
    await followed;
    assert.deepEqual([third.model.state?.choice, memory.get('fatal')], [folder, undefined]);
    rmSync(folder, { recursive: true });
  });
});

describe('the setting of the masked model', () => {
  const parse = (given: unknown): string | null => parseMaskedModel(inEnglish, given);

  it('is the whole path of a folder; nothing is none', () => {
    const folder = join(homedir(), 'bert');
    assert.deepEqual([parse(folder), parse('~/bert'), parse(` ${folder} `)], [folder, folder, folder]);
    assert.deepEqual([parse(undefined), parse(''), parse(' ')], [null, null, null]);
  });

  it('that cannot be understood is named in a sentence', () => {
    assert.throws(() => parse('bert'), {
      // An example of this system.
      message: `The setting understudy.maskedModel needs a whole path, such as ${join(homedir(), 'models', 'small')}, not "bert".`,
    });
    assert.throws(
      () => parse({ file: '/m/bert' }),
      /understudy\.maskedModel takes the whole path of a folder/,
    );
  });
});
