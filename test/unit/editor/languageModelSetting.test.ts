import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  checkAddress,
  languageModelName,
  languageModelSetting,
  parseLanguageModel,
} from '../../../src/editor/languageModelSetting';
import type { HalfChoice } from '../../../src/protocol/generatorProtocol';
import { inEnglish } from '../../../src/editor/translate';

const parse = (given: unknown): HalfChoice | null => parseLanguageModel(inEnglish, given);

describe('the setting of the language model', () => {
  it('chooses none where it is empty', () => {
    for (const given of [undefined, {}, { file: '' }, { file: ' ', server: '' }]) {
      assert.equal(parse(given), null);
    }
  });

  it('tells a Keras model from a Transformer by its name', () => {
    assert.deepEqual(parse({ file: '/m/words.h5' }), { kind: 'keras', path: '/m/words.h5' });
    assert.deepEqual(parse({ file: '/m/Words.KERAS', vocabulary: '/m/words.json' }), {
      kind: 'keras',
      path: '/m/Words.KERAS',
      vocabularyPath: '/m/words.json',
    });
    assert.deepEqual(parse({ file: '~/small.gguf' }), { kind: 'gguf', path: join(homedir(), 'small.gguf') });
  });

  it('chooses a server, and its model where one is named', () => {
    assert.deepEqual(parse({ server: ' http://localhost:8080/v1/ ' }), {
      kind: 'server',
      address: 'http://localhost:8080/v1',
    });
    assert.deepEqual(parse({ server: 'https://team.example/v1', model: 'qwen' }), {
      kind: 'server',
      address: 'https://team.example/v1',
      model: 'qwen',
    });
  });

  it('is refused in one sentence that says what it takes', () => {
    const refused: [unknown, RegExp][] = [
      ['/m/words.h5', /takes texts named file, vocabulary, server and model only/],
      [{ path: '/m/words.h5' }, /takes texts named file/],
      [{ file: 7 }, /takes texts named file/],
      [{ file: '/m/words.h5', server: 'http://localhost' }, /both a file and a server/],
      [
        { file: '/m/small.gguf', vocabulary: '/m/words.json' },
        /a vocabulary, which goes with a Keras file .* only/,
      ],
      [{ server: 'http://localhost', vocabulary: '/m/words.json' }, /a vocabulary, which goes with/],
      [{ vocabulary: '/m/words.json' }, /a vocabulary, which goes with/],
      [{ file: '/m/words.h5', model: 'qwen' }, /a model but no server to ask for it; name the server/],
      [{ model: 'qwen' }, /a model but no server/],
      [{ file: 'words.h5' }, /needs a whole path, such as .*, not "words.h5"/],
      [{ file: '/m/words.pkl' }, /does not open the language model "words.pkl"; it opens Keras files/],
      [{ server: 'localhost:8080' }, /"localhost:8080" is not the address of a server; one looks like http/],
      [{ server: 'file:///etc/passwd' }, /not the address of a server/],
      [{ server: 'ftp://team.example' }, /not the address of a server/],
      [{ server: 'a server' }, /"a server" is not the address of a server/],
      [{ server: 'https://me:secret@team.example' }, /holds a name or a password; remove it/],
    ];
    for (const [given, sentence] of refused) {
      assert.throws(() => parse(given), sentence);
    }
  });

  it('never repeats a password from an address', () => {
    for (const address of ['https://me:secret@team.example', 'ftp://me:secret@team.example']) {
      assert.throws(
        () => checkAddress(inEnglish, address),
        ({ message }: Error) => !message.includes('secret'),
      );
    }
  });

  it('says again what it chose', () => {
    const choices = fc.oneof(
      fc.constant(null),
      fc.record(
        {
          kind: fc.constant('keras' as const),
          path: fc.constant('/a/b.h5'),
          vocabularyPath: fc.constant('/v'),
        },
        { requiredKeys: ['kind', 'path'] },
      ),
      fc.record({ kind: fc.constant('gguf' as const), path: fc.constant('/a/b.gguf') }),
      fc.record(
        {
          kind: fc.constant('server' as const),
          address: fc.webUrl({ withFragments: false }).map((url) => url.replace(/\/+$/, '')),
          model: fc.stringMatching(/^[a-z][a-z0-9:-]*$/),
        },
        { requiredKeys: ['kind', 'address'] },
      ),
    );
    fc.assert(
      fc.property(choices, (choice) => {
        assert.deepEqual(parse(languageModelSetting(choice)), choice && { ...choice });
      }),
    );
  });

  it('is named by its file, its model or its host', () => {
    assert.equal(languageModelName({ kind: 'gguf', path: '/m/small.gguf' }).name, 'small.gguf');
    const server = { kind: 'server', address: 'http://team:8080/v1' } as const;
    assert.deepEqual(languageModelName(server), { name: 'team:8080', place: 'http://team:8080/v1' });
    assert.equal(languageModelName({ ...server, model: 'qwen' }).name, 'qwen');
  });
});
