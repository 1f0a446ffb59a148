import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mock } from 'node:test';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { GeneratorClient, type GeneratorClientOptions } from '../../../src/completion/generatorClient';
import { GeneratorDiedError } from '../../../src/completion/generatorLink';
import { encodeCheckpoint } from '../../../src/model/checkpoint/checkpoint';
import type { NetworkConfig } from '../../../src/model/networkConfig';
import { DEFAULT_SAMPLING } from '../../../src/model/samplingOptions';
import { cursorText } from '../../support/cursorText';
import { kernelBytes } from '../../support/kernelBytes';
import { shippedTokenizer } from '../../support/shippedTokenizer';
import { randomWeights } from '../model/network/randomWeights';

const clients: GeneratorClient[] = [];
function newClient(options: Partial<GeneratorClientOptions> = {}): GeneratorClient {
  const client = new GeneratorClient({
    workerPath: resolve('test/support/scriptedWorker.mjs'),
    kernelPath: '',
    tokenizerPath: '',
    baseModelPath: null,
    ...options,
  });
  clients.push(client);
  return client;
}
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});

const question = (marked: string) => ({
  document: { uri: 'a', languageId: 'markdown', ...cursorText(marked) },
  multiline: false,
  eagerness: 0.6,
  maxNewTokens: 24,
});
const prompt = (marked: string) => ({
  document: question(marked).document,
  sampling: DEFAULT_SAMPLING,
});
const ignore = () => undefined;
/** Waits for what is told after an answer; the test says what it expected where that never comes. */
async function until(isTold: () => boolean): Promise<void> {
  for (let waits = 0; !isTold() && waits < 4000; waits++) {
    await sleep(5);
  }
}

describe('asking the generator', () => {
  it('serves a refined suggestion once it was adopted, and the one before it where only that agrees', async () => {
    const client = newClient();
    await client.complete(question('The█'));
    const refined = await client.refine(question('The█'), new AbortController().signal);
    assert.equal(refined.insertText, ' word of it');
    assert.equal((await client.complete(question('The█'))).insertText, ' word');
    client.adopt(question('The█'), refined);
    assert.equal((await client.complete(question('The█'))).insertText, ' word of it');
    assert.equal((await client.complete(question('The wo█'))).insertText, 'rd of it');
    const replaced = { ...refined, insertText: ' lamp' };
    client.adopt(question('The█'), replaced);
    assert.equal((await client.complete(question('The l█'))).insertText, 'amp');
    assert.equal((await client.complete(question('The w█'))).insertText, 'ord of it');
  });

  it('says which text may hold secrets, so that no language model is asked about it', async () => {
    const client = newClient({ isSecret: ({ uri, suffix }) => uri.endsWith('.env') || suffix === ' key' });
    const answersAbout = async (uri: string, marked = 'The█') => {
      const document = { ...question(marked).document, uri };
      const { signal } = new AbortController();
      return [
        (await client.refine({ ...question(marked), document }, signal)).insertText,
        (await client.generate({ ...prompt(marked), document }, ignore)).text,
        (await client.inspect({ ...prompt(marked), document, topCount: 1 })).sample,
      ];
    };
    assert.deepEqual(await answersAbout('file:///a.md'), [' word of it', 'one two', 'one two']);
    assert.deepEqual(await answersAbout('file:///.env'), [' word', 'one secret', 'one secret']);
    assert.deepEqual(await answersAbout('file:///a.md', 'The█ key'), [' word', 'one secret', 'one secret']);
  });

  it('gives a refinement up when it is aborted, and answers others meanwhile', async () => {
    const client = newClient();
    const abort = new AbortController();
    const waiting = client.refine(question('HANG█'), abort.signal);
    assert.equal((await client.complete(question('The█'))).insertText, ' word');
    abort.abort();
    assert.equal((await waiting).noSuggestionReason, 'cancelled');
  });

  it('streams a generation, and ends it early with what there is', async () => {
    const client = newClient();
    const parts: string[] = [];
    const whole = await client.generate(prompt('The█'), (part) => parts.push(part));
    assert.deepEqual([parts, whole.text], [['one ', 'two'], 'one two']);
    const abort = new AbortController();
    const endless = client.generate(
      prompt('HANG█'),
      () => {
        abort.abort();
      },
      abort.signal,
    );
    assert.deepEqual([(await endless).text, (await endless).stopReason], ['part', 'cancelled']);
    const unwanted = client.generate(prompt('HANG█'), ignore, AbortSignal.abort());
    assert.equal((await unwanted).stopReason, 'cancelled', 'nor is one begun that is not wanted any more');
  });

  it('forgets cached suggestions when the model changes', async () => {
    const client = newClient();
    await client.complete(question('The█'));
    await client.loadModel('better');
    assert.equal((await client.complete(question('The█'))).isTypedAlong, undefined);
  });

  it('forgets cached suggestions when a file is forgotten, and not when one is learned', async () => {
    const client = newClient();
    const isServedAgain = async () => (await client.complete(question('The█'))).isTypedAlong === true;
    await isServedAgain();
    await client.learnFiles([{ uri: 'a', text: 'x', recent: false }]);
    assert.equal(await isServedAgain(), true);
    await client.learnFiles([{ uri: 'a', text: '', recent: false }]);
    assert.equal(await isServedAgain(), false);
  });

  it('gives up a refinement during which a file was forgotten, as it may come from that', async () => {
    const client = newClient();
    const refinement = client.refine(question('The█'), new AbortController().signal);
    await Promise.all(['x', ''].map((text) => client.learnFiles([{ uri: 'b', text, recent: false }])));
    const { insertText, noSuggestionReason } = await refinement;
    assert.deepEqual([insertText, noSuggestionReason], ['', 'cancelled']);
  });

  it('rejects with the sentence about a model that cannot be used', async () => {
    await assert.rejects(newClient().loadModel('damaged'), { message: 'The model "damaged" is damaged.' });
  });
});

describe('a generator that dies', () => {
  it('fails everything that waited, with a reason, and works again', async () => {
    const log: string[] = [];
    const client = newClient({ onLog: (line) => log.push(line) });
    const waiting = [
      client.generate(prompt('HANG█'), ignore),
      client.complete(question('HANG█')),
      client.complete(question('CRASH█')),
    ];
    for (const result of await Promise.allSettled(waiting)) {
      assert.ok(result.status === 'rejected');
      assert.match(String(result.reason), /stopped \(boom\) and was started again/);
    }
    assert.equal((await client.complete(question('The█'))).insertText, ' word');
    assert.ok(log.some((line) => line.includes('boom')));
  });

  it('is told again which model it had, and its owner learns the files again', async () => {
    const client = newClient({
      onFilesLost: () => {
        void client.learnFiles([{ uri: 'b', text: 'y', recent: false }]);
      },
    });
    await client.loadModel('mine');
    await client.learnFiles([
      { uri: 'a', text: 'x', recent: false },
      { uri: 'b', text: 'y', recent: false },
    ]);
    await assert.rejects(client.complete(question('CRASH█')));
    const learned = await client.learnFiles([{ uri: 'c', text: 'z', recent: true }]);
    assert.equal(learned.tokens, 2, 'b, learned again, and c');
    assert.equal((await client.loadModel('other')).description, '2');
  });

  it('loads, when started again, the model that it was loading, and keeps it from then on', async () => {
    const client = newClient();
    const deaths = assert.rejects(client.complete(question('CRASH█')));
    const loading = client.loadModel('mine');
    await deaths;
    assert.equal((await loading).description, '1');
    await assert.rejects(client.complete(question('CRASH█')));
    assert.equal((await client.loadModel('other')).description, '2');
  });

  it('goes on without a model that it died of', async () => {
    const client = newClient();
    await assert.rejects(client.loadModel('CRASH'), /stopped \(boom\) and was started again/);
    assert.equal((await client.complete(question('The█'))).insertText, ' word');
  });

  it('is told again which base model replaced the one that it was made with', async () => {
    const client = newClient();
    await client.loadBase('mine');
    await assert.rejects(client.complete(question('CRASH█')));
    assert.equal((await client.loadModel('personal')).description, '1 on mine');
  });

  it('is told again which language model was chosen, and reports when that is away and when it answers again', async () => {
    const statuses: string[] = [];
    const client = newClient({ onStatus: ({ state, message }) => statuses.push(`${state}: ${message}`) });
    await client.loadModel('mine');
    await client.loadHalf({ kind: 'gguf', path: 'first' });
    await assert.rejects(client.loadHalf({ kind: 'gguf', path: 'damaged' }), /"damaged" is damaged/);
    await assert.rejects(client.complete(question('CRASH█')));
    assert.equal((await client.loadHalf({ kind: 'gguf', path: 'second' })).description, 'first, second');
    assert.deepEqual(statuses, ['answering: first', 'away: no first', 'answering: first']);
  });

  it('says that the language model is away when it cannot be opened again, until a later thread can', async () => {
    const statuses: string[] = [];
    const client = newClient({
      onStatus: ({ model, state, message }) => statuses.push(`${model} ${state}: ${message}`),
    });
    const folder = mkdtempSync(join(tmpdir(), 'understudy-half-'));
    await client.loadHalf({ kind: 'gguf', path: folder });
    rmSync(folder, { recursive: true });
    await assert.rejects(client.complete(question('CRASH█')));
    await client.complete(question('The█'));
    assert.equal(statuses.at(-1), `half away: The model "${folder}" is damaged.`);
    mkdirSync(folder);
    await assert.rejects(client.complete(question('CRASH█')));
    const reopened = `half answering: ${folder} answers again.`;
    await until(() => statuses.includes(reopened));
    rmSync(folder, { recursive: true });
    assert.ok(statuses.includes(reopened));
  });

  describe('while it opens a language model', () => {
    beforeEach(() => {
      mock.timers.enable({ apis: ['setInterval'] });
    });
    afterEach(() => {
      mock.timers.reset();
    });
    const half = (client: GeneratorClient, path: string) => client.loadHalf({ kind: 'keras', path });
    const masked = (client: GeneratorClient, folder: string) => client.loadMasked({ folder, modulePath: '' });
    /** Answers to pings; a thread that is held gives none. */
    let answers = 0;
    let isHeld = false;
    function pingedClient(
      log: string[] = [],
      options: Partial<GeneratorClientOptions> = {},
    ): GeneratorClient {
      isHeld = false;
      return newClient({
        ...options,
        onLog: (line) => {
          answers += line === 'heard' ? 1 : 0;
          isHeld = line === 'held' || (isHeld && !line.includes('is started again'));
          log.push(line);
        },
      });
    }
    /** Lets seconds pass until the model is open or refused. @returns its description or the error */
    async function open(
      client: GeneratorClient,
      path: string,
      load: typeof half | typeof masked = half,
    ): Promise<string | Error> {
      await client.complete(question('The█'));
      const opening = load(client, path).then(
        ({ description }) => description,
        (error: unknown) => error as Error,
      );
      await passUntil(opening);
      return opening;
    }
    /** Lets seconds pass, of which each thread has time to answer a ping or, held, to be ended. */
    async function passUntil(settled: Promise<unknown>): Promise<void> {
      let isSettled = false;
      void settled.catch(ignore).then(() => (isSettled = true));
      while (!isSettled) {
        const before = answers;
        mock.timers.tick(5000);
        await until(() => isSettled || isHeld || answers > before);
        await sleep(isHeld ? 20 : 0);
      }
    }

    it('is terminated when the model blocks it for good, and goes on with the one before', async () => {
      const client = pingedClient();
      await half(client, 'first');
      const fault = await open(client, 'HANG');
      assert.ok(fault instanceof GeneratorDiedError);
      assert.match(fault.message, /stopped \(it heard nothing for 60 s\) and was started again/);
      assert.equal((await client.complete(question('The█'))).insertText, ' word');
      assert.equal((await half(client, 'second')).description, 'first, second');
    });

    it('goes on with the model before also where that had been opened again in a thread that then is blocked', async () => {
      const client = pingedClient();
      await half(client, 'first');
      await assert.rejects(client.complete(question('CRASH█')));
      assert.ok((await open(client, 'HANG')) instanceof GeneratorDiedError);
      assert.equal((await half(client, 'second')).description, 'first, second');
    });

    it('is terminated when a masked model blocks it for good, reports which, and goes on without it', async () => {
      const client = pingedClient();
      const fault = await open(client, 'HANG', masked);
      assert.ok(fault instanceof GeneratorDiedError);
      assert.equal(fault.heldBy, 'loadMasked');
      assert.equal((await client.complete(question('The█'))).insertText, ' word');
    });

    it('is asked again for a language model that was being opened as well, and reports whether that blocked it', async () => {
      const client = pingedClient();
      const innocent = half(client, 'SLOW');
      assert.equal(((await open(client, 'HANG', masked)) as GeneratorDiedError).heldBy, 'loadMasked');
      await passUntil(innocent);
      assert.equal((await innocent).description, 'SLOW');
      const guilty = half(client, 'HANG');
      const beside = assert.rejects(masked(client, 'small'), { heldBy: 'loadMasked' });
      await passUntil(guilty);
      await assert.rejects(guilty, { heldBy: 'loadHalf' });
      await beside;
    });

    describe('that is in a file', () => {
      let path: string;
      beforeEach(() => {
        path = join(mkdtempSync(join(tmpdir(), 'understudy-client-')), 'half');
        writeFileSync(path, '');
      });
      afterEach(() => {
        rmSync(dirname(path), { recursive: true });
      });

      it('is abandoned when it cannot even be terminated, and another takes its place', async () => {
        writeFileSync(`${path}.stuck`, '');
        const log: string[] = [];
        const abandoned = new Promise((resolve) => {
          process.once('worker', (thread: Worker) => thread.once('exit', resolve));
        });
        const client = pingedClient(log);
        assert.ok((await open(client, path)) instanceof GeneratorDiedError);
        assert.equal((await client.complete(question('The█'))).insertText, ' word');
        assert.match(
          log.join('\n'),
          /cannot be ended; it may keep one core busy until the window is reloaded/,
        );
        rmSync(`${path}.stuck`);
        await abandoned;
        assert.equal(log.filter((line) => line.includes('is started again')).length, 1);
      });

      it('is not told again of a model that was open and then blocks the next thread for good', async () => {
        const log: string[] = [];
        const away: string[] = [];
        const client = pingedClient(log, {
          onStatus: ({ state, message }) => state === 'away' && away.push(message),
        });
        await half(client, path);
        writeFileSync(`${path}.opened`, '');
        await assert.rejects(client.complete(question('CRASH█')));
        await passUntil(until(() => away.length > 0));
        assert.match(away.join(), /stopped \(it heard nothing for 60 s\)/);
        assert.equal((await client.complete(question('The█'))).insertText, ' word');
        assert.deepEqual(
          log.filter((line) => line.includes('is started again')),
          [
            'The generator stopped (boom) and is started again.',
            'The generator stopped (it heard nothing for 60 s) and is started again.',
          ],
        );
      });
    });

    it('keeps a language model that runs in a process of its own, which blocks no answer', async () => {
      const client = pingedClient();
      const other = (path: string) => client.loadHalf({ kind: 'gguf', path });
      await other('novel');
      const answer = client.complete(question('ENDLESS█'));
      await passUntil(answer);
      await assert.rejects(answer, { heldBy: 'answer' });
      assert.equal((await other('second')).description, 'novel, second');
    });

    it('opens a language model that is chosen while the one before blocks the next thread for good, and blames that', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'understudy-client-'));
      const away: string[] = [];
      const client = pingedClient([], {
        onStatus: ({ state, message }) => state === 'away' && away.push(message),
      });
      await half(client, folder);
      writeFileSync(`${folder}.opened`, '');
      await assert.rejects(client.complete(question('CRASH█')));
      const chosen = half(client, 'small');
      await passUntil(chosen);
      rmSync(`${folder}.opened`);
      rmSync(folder, { recursive: true });
      assert.equal((await chosen).description, 'small');
      assert.match(away[0], /stopped \(it heard nothing for 60 s\)/);
    });

    it('is terminated, and goes on without the language model, when that blocks it for good in an answer', async () => {
      const away: string[] = [];
      const client = pingedClient([], {
        onStatus: ({ state, message }) => state === 'away' && away.push(message),
      });
      await half(client, 'novel');
      const answer = client.complete(question('ENDLESS█'));
      await passUntil(answer);
      await assert.rejects(answer, { heldBy: 'answer' });
      assert.match(away.at(-1) ?? '', /^The language model held up all suggestions for a minute/);
      assert.equal((await client.complete(question('ENDLESS█'))).insertText, ' word');
    });

    it('is watched again once it has loaded a network, also where nothing was asked since', async () => {
      const client = pingedClient();
      await half(client, 'novel');
      const loading = client.loadModel('mine');
      const answer = client.complete(question('ENDLESS█'));
      // Mocked intervals do not heed it when they are cleared as they run.
      const clearing = mock.method(globalThis, 'clearInterval');
      mock.timers.tick(5000);
      assert.equal(clearing.mock.callCount(), 0);
      clearing.mock.restore();
      await loading;
      await passUntil(answer);
      await assert.rejects(answer, { heldBy: 'answer' });
    });

    it('is left alone while it starts, also again, and while it loads a network, for which a slow disk may take minutes', async () => {
      const log: string[] = [];
      const client = pingedClient(log);
      const begun: readonly (() => Promise<unknown>)[] = [
        () => client.complete(question('The█')),
        () => client.complete(question('Another█')),
        () => client.loadModel('mine'),
        () => client.loadBase('base'),
      ];
      for (const [i, begin] of begun.entries()) {
        if (i === 1) {
          await assert.rejects(client.complete(question('CRASH█')));
        }
        const settled = begin();
        mock.timers.tick(300_000);
        await settled;
      }
      assert.deepEqual(log, ['The generator stopped (boom) and is started again.']);
    });

    it('is terminated where a language model blocks it for good before a network that it is to load', async () => {
      const client = pingedClient();
      await client.complete(question('The█'));
      const blocking = half(client, 'HANG');
      const loading = client.loadModel('mine');
      await passUntil(blocking);
      await assert.rejects(blocking, { heldBy: 'loadHalf' });
      assert.equal((await loading).description, '1');
    });

    it('is terminated where an answer blocks it for good, also when a network is to be loaded then', async () => {
      const client = pingedClient();
      await half(client, 'novel');
      const answer = client.complete(question('ENDLESS█'));
      await until(() => isHeld);
      const loading = client.loadModel('mine');
      await passUntil(answer);
      await assert.rejects(answer, { heldBy: 'answer' });
      assert.equal((await loading).description, '1');
    });

    it('is left alone while it loads a network that is chosen as it answers, however slow the disk is', async () => {
      const log: string[] = [];
      const client = pingedClient(log);
      await client.complete(question('The█'));
      const answer = client.complete(question('Another█'));
      const loading = client.loadModel('mine');
      await answer;
      await until(() => log.includes('heard'));
      mock.timers.tick(300_000);
      await loading;
      assert.deepEqual(log, ['heard']);
    });

    it('is not pinged while nothing waits', async () => {
      const log: string[] = [];
      const client = pingedClient(log);
      await client.complete(question('The█'));
      mock.timers.tick(5000);
      await client.complete(question('Another█'));
      assert.deepEqual(log, []);
    });

    it('is pinged no more often where many requests wait, as unanswered pings are counted', async () => {
      const log: string[] = [];
      const client = pingedClient(log);
      await client.complete(question('The█'));
      const waiting = Array.from({ length: 5 }, () => client.complete(question('HANG█')));
      for (const request of waiting) {
        request.catch(ignore);
      }
      mock.timers.tick(5000);
      await client.complete(question('Another█'));
      assert.deepEqual(log, ['heard']);
    });

    it('is left alone as long as it answers pings, however long the model takes', async () => {
      assert.equal(await open(pingedClient(), 'SLOW'), 'SLOW');
    });
  });

  it('keeps the language model in use when the thread dies while another is opened, which then cannot be opened', async () => {
    const told: string[] = [];
    const client = newClient({ onStatus: ({ state, message }) => told.push(`${state}: ${message}`) });
    await client.loadHalf({ kind: 'keras', path: 'LATER' });
    const opening = client.loadHalf({ kind: 'keras', path: 'LATER damaged' });
    await Promise.all([
      assert.rejects(client.complete(question('CRASH█'))),
      assert.rejects(opening, { message: 'The model "LATER damaged" is damaged.' }),
    ]);
    assert.deepEqual(told, ['answering: LATER answers again.']);
  });

  it('keeps the language model in use when another is chosen that cannot be opened, while a new thread opens it again, or one after that', async () => {
    for (const deathsMeanwhile of [0, 1]) {
      const told: string[] = [];
      const client = newClient({ onStatus: ({ state, message }) => told.push(`${state}: ${message}`) });
      await client.loadHalf({ kind: 'keras', path: 'LATER' });
      await assert.rejects(client.complete(question('CRASH█')));
      const damaged = client.loadHalf({ kind: 'keras', path: 'LATER damaged' });
      const isRefused = assert.rejects(damaged, { message: 'The model "LATER damaged" is damaged.' });
      for (let death = 0; death < deathsMeanwhile; death++) {
        await assert.rejects(client.complete(question('CRASH█')));
      }
      await isRefused;
      assert.equal(told.length, deathsMeanwhile + 1);
      assert.equal(told.at(-1), 'answering: LATER answers again.');
    }
  });

  it('opens the language model that was being opened when the thread died, also where the one before is gone', async () => {
    const client = newClient();
    const folder = mkdtempSync(join(tmpdir(), 'understudy-client-'));
    await client.loadHalf({ kind: 'gguf', path: folder });
    rmSync(folder, { recursive: true });
    const opening = client.loadHalf({ kind: 'keras', path: 'LATER' });
    await assert.rejects(client.complete(question('CRASH█')));
    assert.equal((await opening).description, 'LATER');
  });

  it('tells of a masked model that another thread cannot open, and of one that it can', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-client-'));
    const told: string[] = [];
    const client = newClient({
      onStatus: ({ model, state, message }) => told.push(`${model} ${state}: ${message}`),
    });
    const crash = async (): Promise<void> => {
      const { length } = told;
      await assert.rejects(client.complete(question('CRASH█')));
      await until(() => told.length > length);
    };
    // Of none there is nothing to tell.
    await client.loadHalf(null);
    await client.loadMasked({ folder, modulePath: '' });
    rmSync(folder, { recursive: true });
    await crash();
    mkdirSync(folder);
    await crash();
    rmSync(folder, { recursive: true });
    assert.deepEqual(told, [
      `masked away: The folder ${folder} holds no model.onnx.`,
      `masked answering: ${folder} answers again.`,
    ]);
  });

  it('is not restarted for ever, and says what to do', async () => {
    const givenUp: string[] = [];
    const client = newClient({ tokenizerPath: 'BROKEN', onGivenUp: (detail) => givenUp.push(detail) });
    const deadline = performance.now() + 50_000;
    let message = '';
    while (!message.includes('Reload the window') && performance.now() < deadline) {
      message = await client.complete(question('The█')).then(
        () => '',
        (error: unknown) => String(error),
      );
    }
    assert.match(message, /keeps stopping \(the tokenizer is broken\)\. Reload the window/);
    await assert.rejects(client.learnFiles([]), /Reload the window/);
    assert.deepEqual(givenUp, ['the tokenizer is broken']);
  });

  it('is given up where no other thread can be started, and leaves nobody waiting', async () => {
    const givenUp: string[] = [];
    const options = {
      workerPath: resolve('test/support/scriptedWorker.mjs'),
      kernelPath: '',
      tokenizerPath: '',
      baseModelPath: null,
      onGivenUp: (detail: string) => givenUp.push(detail),
    };
    const client = new GeneratorClient(options);
    clients.push(client);
    // A `Worker` throws on such a path, as it does where the system has no thread left.
    options.workerPath = 'neither absolute nor relative';
    const waiting = [client.complete(question('HANG█')), client.complete(question('CRASH█'))];
    for (const result of await Promise.allSettled(waiting)) {
      assert.match(String(result.status === 'rejected' && result.reason), /Reload the window/);
    }
    await assert.rejects(client.complete(question('The█')), /Reload the window/);
    assert.equal(givenUp.length, 1);
  });

  it('is restarted again and again where each has run well for a minute', async () => {
    const client = newClient();
    const now = performance.now.bind(performance);
    let lived = 0;
    performance.now = () => now() + lived;
    try {
      for (let deaths = 0; deaths < 5; deaths++) {
        lived += 61_000;
        await assert.rejects(client.complete(question('CRASH█')), /was started again/);
      }
    } finally {
      performance.now = now;
    }
  });

  it('rejects what waits when it is closed, and what is asked afterwards', async () => {
    const client = newClient();
    const waiting = client.generate(prompt('HANG█'), ignore);
    const ends = mock.method(Worker.prototype, 'terminate');
    await Promise.all([assert.rejects(waiting, /closed/), client.dispose()]);
    ends.mock.restore();
    assert.deepEqual(
      ends.mock.calls.map((call) => (call.this as Worker).threadId),
      [-1],
      'its thread is gone by then',
    );
    await assert.rejects(client.loadModel(null), /closed/);
  });
});

describe('the worker with real networks', () => {
  const config: NetworkConfig = {
    architecture: 'lstm',
    vocabSize: shippedTokenizer.vocabSize,
    embeddingSize: 16,
    hiddenSize: 32,
    numLayers: 1,
  };
  let folder = '';
  const path = (name: string) => join(folder, name);
  const realClient = (options: Partial<GeneratorClientOptions> = {}) =>
    newClient({
      workerPath: resolve('test/support/generatorWorker.mjs'),
      kernelPath: path('kernel.wasm'),
      tokenizerPath: resolve('models/base/tokenizer.json'),
      baseModelPath: path('model.safetensors'),
      ...options,
    });

  before(async function () {
    // The kernel may have to be compiled first.
    this.timeout(120_000);
    folder = mkdtempSync(join(tmpdir(), 'understudy-generator-'));
    writeFileSync(path('kernel.wasm'), await kernelBytes());
    const [weights, tokenizer] = [randomWeights(config, 5), shippedTokenizer.toJson()];
    const model = encodeCheckpoint({ config, weights, tokenizer, training: {}, gate: null });
    writeFileSync(path('model.safetensors'), model);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const lesson = { uri: 'b', text: 'The committee approved the annual budget.\n'.repeat(20), recent: false };

  it('completes from files it was told of, with a base and a personal network', async () => {
    const client = realClient();
    assert.match((await client.loadModel(path('model.safetensors'))).description, /^lstm 32/);
    const learned = await client.learnFiles([lesson]);
    assert.equal(learned.tokens, shippedTokenizer.encode(lesson.text).length);
    const { insertText, confidence } = await client.complete(question('Then the committee app█'));
    assert.equal(insertText, 'roved the annual budget.');
    assert.ok(confidence > 0.3);
    const { expertWeights } = await client.inspect({ ...prompt('The committee█'), topCount: 3 });
    assert.ok('base' in expertWeights && 'personal' in expertWeights);
  });

  it('follows what is learned and forgotten at a place that it was asked about before, also without its base model, which it says', async () => {
    const log: string[] = [];
    const client = realClient({ baseModelPath: path('missing'), onLog: (line) => log.push(line) });
    const suggested = async () => (await client.complete(question('Then the committee app█'))).insertText;
    assert.notEqual(await suggested(), 'roved the annual budget.');
    await client.learnFiles([lesson]);
    assert.equal(await suggested(), 'roved the annual budget.');
    await client.learnFiles([{ ...lesson, text: '' }]);
    assert.notEqual(await suggested(), 'roved the annual budget.');
    assert.match(
      log.join(),
      /^Suggestions work without the base model\. The model file .*missing cannot be read/,
    );
  });

  it('ends a long generation between two tokens when it is cancelled, and answers at once again', async () => {
    const client = realClient();
    const abort = new AbortController();
    const long = {
      ...prompt('The committee█'),
      sampling: { ...DEFAULT_SAMPLING, maxNewTokens: 100_000, temperature: 2, topK: 0 },
    };
    const generated = await client.generate(
      long,
      () => {
        abort.abort();
      },
      abort.signal,
    );
    assert.equal(generated.stopReason, 'cancelled');
    assert.ok(generated.text.length > 0 && generated.text.length < 10_000);
    assert.equal((await client.complete(question('█'))).noSuggestionReason, 'empty');
  });
});
