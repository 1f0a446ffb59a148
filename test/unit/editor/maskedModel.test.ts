import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GeneratorDiedError } from '../../../src/completion/generatorLink';
import { LastFatalFile } from '../../../src/editor/fatalFile';
import { maskedModelLine } from '../../../src/editor/languageModelLines';
import { MaskedModel, type MaskedModelSurroundings } from '../../../src/editor/maskedModel';
import { parseMaskedModel } from '../../../src/editor/maskedModelSetting';
import type { MaskedChoice, MaskedLoadedResponse } from '../../../src/protocol/generatorProtocol';
import { inEnglish } from '../../../src/editor/translate';
import { StoredValues } from '../../support/storedValues';

/** A window with a setting, and a generator that opens what the test lets it open. */
class FakeWindow implements MaskedModelSurroundings {
  readonly onnxFolder = '/storage/onnx';
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
  readonly model = new MaskedModel({ loadMasked: (choice) => this.load(choice) }, this, () => this.changes++);

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
  /** Lets the opening succeed that is `back` before the latest. */
  open(back = 0): void {
    this.waiting.at(-1 - back)!.resolve();
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
    assert.equal(window.model.isChosen, false);
    const chosen = window.model.choose('/m/bert');
    assert.equal(window.model.isChosen, true);
    window.open();
    assert.equal(await chosen, true);
    assert.equal(window.model.isChosen, true);
    assert.deepEqual(window.loaded, [{ folder: '/m/bert', modulePath: '/storage/onnx' }]);
    assert.deepEqual(window.model.state, { folder: '/m/bert', description: '/m/bert', away: null });
    assert.deepEqual([window.setting, window.changes], ['/m/bert', 1]);
    assert.equal(await window.model.choose(null), true);
    assert.equal(window.model.isChosen, false);
    assert.deepEqual([window.setting, window.model.state, window.changes], [null, null, 2]);
  });

  it('keeps the present one and the setting when another cannot be opened', async () => {
    const window = new FakeWindow();
    const first = window.model.choose('/m/bert');
    window.open();
    await first;
    const second = window.model.choose('/m/none');
    window.refuse(new Error('The folder /m/none holds no model.onnx.'));
    await assert.rejects(second, /\/m\/none holds no model\.onnx/);
    assert.deepEqual([window.model.state?.folder, window.setting, window.changes], ['/m/bert', '/m/bert', 1]);
  });

  it('says why it does not answer, until it does again', async () => {
    const window = new FakeWindow();
    const line = (): string | null => maskedModelLine(inEnglish, window.model.state);
    window.model.heard({ kind: 'maskedStatus', state: 'away', message: 'Another one stopped.' });
    const chosen = window.model.choose('/m/bert');
    window.open();
    await chosen;
    assert.equal(line(), null);
    window.model.heard({ kind: 'maskedStatus', state: 'away', message: 'It keeps stopping.' });
    assert.equal(
      line(),
      'The masked model bert is away, and suggestions are not ranked by it. It keeps stopping.',
    );
    window.model.heard({ kind: 'maskedStatus', state: 'answering', message: 'bert answers again.' });
    assert.deepEqual([line(), window.changes], [null, 3]);
  });

  it('uses the last of two choices', async () => {
    const window = new FakeWindow();
    const first = window.model.choose('/m/first');
    const second = window.model.choose('/m/second');
    window.open();
    assert.equal(await second, true);
    window.open(1);
    assert.equal(await first, false);
    assert.deepEqual([window.model.state?.folder, window.setting], ['/m/second', '/m/second']);
  });

  it('follows the setting, opens nothing twice, and nothing in Restricted Mode', async () => {
    const window = new FakeWindow();
    window.setting = '/m/bert';
    window.trusted = false;
    await window.model.follow();
    assert.deepEqual(window.loaded, []);
    window.trusted = true;
    const followed = window.model.follow();
    window.open();
    await followed;
    await window.model.follow();
    assert.equal(window.loaded.length, 1);
    assert.equal(window.model.state?.folder, '/m/bert');
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
    assert.equal(window.model.state?.folder, '/m/bert');
  });

  it('uses none that the setting named only while it was being opened', async () => {
    const window = new FakeWindow();
    window.setting = '/m/bert';
    const followed = window.model.follow();
    window.setting = null;
    await window.model.follow();
    window.open();
    await followed;
    assert.equal(window.model.state, null);
    assert.deepEqual(window.loaded.at(-1), null);
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
      /^Error: understudy-masked-\w+ stopped the part of Understudy .* Choose it again to try it again\.$/,
    );
    assert.deepEqual(second.loaded, []);
    await die(second, second.model.choose(folder));
    writeFileSync(join(folder, 'tokenizer.json'), 'mended now');
    const third = reload();
    const followed = third.model.follow();
    third.open();
    await followed;
    assert.deepEqual([third.model.state?.folder, memory.get('fatal')], [folder, undefined]);
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
