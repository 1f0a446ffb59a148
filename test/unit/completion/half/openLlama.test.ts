import assert from 'node:assert/strict';
import { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mock } from 'node:test';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLlama } from '../../../../src/completion/half/gguf/openGguf';
import { RemoteExpert, type DistributionSource } from '../../../../src/completion/half/remoteExpert';
import type { ModelStatus } from '../../../../src/protocol/generatorProtocol';

/** Milliseconds. */
const PATIENCE = 1000;
const clients: DistributionSource[] = [];
const optionsFor = (
  path: string,
  onStatus: (status: ModelStatus) => void = () => undefined,
  signal?: AbortSignal,
) => ({
  processPath: resolve('test/support/scriptedLlama.mjs'),
  opening: { path, modulePath: null, threads: 1, tokenizer: { model: {} } },
  onStatus,
  signal,
  firstDelay: 1,
  patience: PATIENCE,
});
async function open(...options: Parameters<typeof optionsFor>): Promise<DistributionSource> {
  const { source } = await openLlama(optionsFor(...options));
  clients.push(source);
  return source;
}
afterEach(() => {
  for (const client of clients.splice(0)) {
    client.dispose();
  }
});

const question = (...tokens: number[]) => [{ tokens: Int32Array.from(tokens), after: [tokens.length] }];
const likeliest = (probs: Float32Array | null) => probs?.indexOf(Math.max(...probs)) ?? null;
/** Collects statuses; `hears` resolves once there is one with the given beginning. */
function recorder() {
  const heard: string[] = [];
  const waiting: { beginning: string; resolve: () => void }[] = [];
  return {
    heard,
    onStatus: ({ state, message }: ModelStatus) => {
      heard.push(`${state}: ${message}`);
      for (const { beginning, resolve: found } of waiting) {
        if (heard.some((line) => line.startsWith(beginning))) {
          found();
        }
      }
    },
    hears: (beginning: string) => new Promise<void>((found) => waiting.push({ beginning, resolve: found })),
  };
}

describe('llama.cpp in a process of its own', function () {
  this.timeout(60_000);

  it('answers after every beginning that is asked for', async () => {
    const { source, description } = await openLlama(optionsFor('model.gguf'));
    clients.push(source);
    assert.equal(description, 'Small (1 parts of a tokenizer)');
    const [answers] = await source.ask([{ tokens: Int32Array.of(0, 1, 2), after: [1, 3] }]);
    assert.deepEqual(answers.map(likeliest), [1, 3]);
  });

  // A process that ends itself does so by a signal, but on Windows with a status.
  const failures: [path: string, sentence: RegExp][] = [
    [
      'allocated memory/NONE.gguf',
      /^Error: NONE\.gguf cannot be loaded by llama\.cpp \(Failed to load model it\)\. Download it again, or choose another/,
    ],
    [
      'BROKEN.gguf',
      /^Error: llama\.cpp cannot be started \(NoBinaryFoundError\)\. Run "Understudy: Remove llama\.cpp" \(or "npm run llama -- --remove" in a checkout\) and install it again\.$/,
    ],
    ['REFUSED.gguf', /^Error: It is not a GGUF file\. Choose another\.$/],
    ['MEMORY.gguf', /^Error: MEMORY\.gguf needs more memory than is free .*Choose a smaller model/],
    ['DIES.gguf', /^Error: llama\.cpp ended \((SIGKILL|status 1)\) while it loaded DIES\.gguf\./],
  ];
  for (const [path, sentence] of failures) {
    it(`says in one sentence that ${path} cannot be opened`, async () => {
      await assert.rejects(open(path), sentence);
    });
  }

  it('tells nothing more once the model is put away, whatever its process has answered before', async () => {
    const heard: string[] = [];
    const client = await open('FAULTY.gguf', ({ state }) => {
      heard.push(state);
      client.dispose();
    });
    const answers = [client.ask(question(0, 2)), client.ask(question(1))];
    // Both answers arrive together.
    for (const start = performance.now(); performance.now() - start < 500;);
    await Promise.all(answers);
    await new Promise((later) => setTimeout(later, 100));
    assert.deepEqual(heard, ['away']);
  });

  it('ends a process that loads a model that is no longer wanted', async () => {
    const chosenAnother = new AbortController();
    const opening = openLlama({ ...optionsFor('ENDLESS.gguf'), signal: chosenAnother.signal });
    chosenAnother.abort();
    await assert.rejects(opening, /ended \(SIGKILL\) while it loaded ENDLESS\.gguf/);
  });

  it('starts no process for a model that is not wanted any more', async () => {
    const starts = mock.method(ChildProcess.prototype as unknown as { spawn: () => number }, 'spawn');
    const opening = open('model.gguf', () => undefined, AbortSignal.abort());
    await assert.rejects(opening, { name: 'AbortError' });
    assert.equal(starts.mock.callCount(), 0);
    starts.mock.restore();
  });

  it('stays with a model that was opened before its opening was given up', async () => {
    const ended = new AbortController();
    const client = await open('model.gguf', () => undefined, ended.signal);
    ended.abort();
    const [[probs]] = await client.ask(question(1));
    assert.equal(likeliest(probs), 2);
  });

  it('gives no answer after its process was killed, reports that, and recovers by itself', async () => {
    const { heard, hears, onStatus } = recorder();
    const client = await open('model.gguf', onStatus);
    const back = hears('answering');
    assert.deepEqual(await client.ask(question(3)), [[null]]);
    assert.deepEqual(await client.ask(question(1)), [[null]]);
    await back;
    const [[probs]] = await client.ask(question(1));
    assert.equal(likeliest(probs), 2);
    assert.match(
      heard.join('\n'),
      /^away: llama\.cpp stopped \((SIGKILL|status 1)\).*\nanswering: model\.gguf answers again\.$/,
    );
  });

  it('is not started again when the model was put away meanwhile', async () => {
    const { hears, onStatus } = recorder();
    const client = await open('model.gguf', onStatus);
    const stopped = hears('away: llama.cpp stopped');
    mock.timers.enable({ apis: ['setTimeout'] });
    const starts = mock.method(ChildProcess.prototype as unknown as { spawn: () => number }, 'spawn');
    try {
      await client.ask(question(3));
      await stopped;
      client.dispose();
      mock.timers.tick(10_000);
      assert.equal(starts.mock.callCount(), 0);
    } finally {
      starts.mock.restore();
      mock.timers.reset();
    }
  });

  it('is started again even after the system refused to start a process', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    const { hears, onStatus } = recorder();
    const client = await open('model.gguf', onStatus);
    const [stopped, back] = [hears('away: llama.cpp stopped'), hears('answering')];
    // The system refuses to start a process with so long a variable.
    process.env['UNDERSTUDY_TOO_LONG'] = 'x'.repeat(200_000);
    try {
      assert.deepEqual(await client.ask(question(3)), [[null]]);
      await stopped;
      await new Promise((wake) => setTimeout(wake, 50));
    } finally {
      delete process.env['UNDERSTUDY_TOO_LONG'];
    }
    await back;
    const [[probs]] = await client.ask(question(1));
    assert.equal(likeliest(probs), 2);
  });

  it('is restarted less and less often while it answers nothing between, and not for ever', async () => {
    const { heard, hears, onStatus } = recorder();
    const client = await open('model.gguf', onStatus);
    const restarts = mock.method(globalThis, 'setTimeout');
    const [back, given] = [hears('answering'), hears('away: llama.cpp keeps stopping')];
    await client.ask(question(3));
    await back;
    assert.equal(likeliest((await client.ask(question(1)))[0][0]), 2);
    let isOver = false;
    void given.then(() => (isOver = true));
    while (!isOver) {
      await client.ask(question(3));
      await sleep(5);
    }
    const delays = restarts.mock.calls.map((call) => call.arguments[1]);
    restarts.mock.restore();
    assert.deepEqual(delays, [1, 1, 2, 4, 8, 16, 32]);
    assert.match(heard.at(-1)!, /Choose model\.gguf again to retry\.$/);
  });

  for (const [name, why] of [
    ['GONE.gguf', 'GONE.gguf cannot be loaded by llama.cpp (Failed to load model it).'],
    ['SPOILT.gguf', 'It is not a GGUF file. Choose another.'],
  ]) {
    it(`says why ${name} cannot be opened again, and not that it answers`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'understudy-gone-'));
      try {
        const { heard, hears, onStatus } = recorder();
        const client = await open(join(folder, name), onStatus);
        const given = hears(`away: ${why}`);
        await client.ask(question(3));
        await given;
        assert.ok(!heard.some((line) => line.startsWith('answering')));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('keeps a process whose answer came while the computer slept', async () => {
    const { heard, onStatus } = recorder();
    const client = await open('model.gguf', onStatus);
    const answered = client.ask(question(1));
    // Let the question be sent; then the clock goes on while nothing runs here, as in a sleep.
    await new Promise((sent) => setImmediate(sent));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE + 100);
    const [[probs]] = await answered;
    assert.equal(likeliest(probs), 2);
    const [[again]] = await client.ask(question(2));
    assert.equal(likeliest(again), 3);
    assert.deepEqual(heard, []);
  });

  describe('as time passes', () => {
    beforeEach(() => {
      mock.timers.enable({ apis: ['setInterval'] });
    });
    afterEach(() => {
      mock.timers.reset();
    });

    it('is ended where it answers nothing, so that it can be started again, though it is asked again and again', async () => {
      const { hears, onStatus } = recorder();
      const client = await open('HANGS.gguf', onStatus);
      const away = hears('away');
      const answers: Promise<unknown>[] = [];
      for (let passed = 0; passed < PATIENCE; passed += PATIENCE / 20) {
        answers.push(client.ask(question(1)));
        mock.timers.tick(PATIENCE / 20);
      }
      assert.deepEqual(await Promise.all(answers), Array(20).fill([[null]]));
      await away;
    });

    it('goes on where it answers, asked or not', async () => {
      const { heard, onStatus } = recorder();
      const client = await open('model.gguf', onStatus);
      for (let asked = 0; asked < 3; asked++) {
        const answer = client.ask(question(1));
        mock.timers.tick(0.8 * PATIENCE);
        assert.equal(likeliest((await answer)[0][0]), 2);
        mock.timers.tick(0.8 * PATIENCE);
      }
      assert.deepEqual(heard, []);
    });
  });

  it('reports a question that a new process cannot answer either', async () => {
    const { heard, hears, onStatus } = recorder();
    const client = await open('FAULTY.gguf', onStatus);
    await client.ask(question(2));
    const back = hears('answering');
    await client.ask(question(3));
    await back;
    await client.ask(question(2));
    assert.deepEqual(
      heard.map((line) => line.split(' (')[0]),
      [
        'away: llama.cpp cannot answer with FAULTY.gguf',
        'away: llama.cpp stopped',
        'answering: FAULTY.gguf answers again.',
        'away: llama.cpp cannot answer with FAULTY.gguf',
      ],
    );
  });

  it('reports a question that cannot be answered, and the next one that can', async () => {
    const { heard, onStatus } = recorder();
    const client = await open('FAULTY.gguf', onStatus);
    assert.deepEqual(await client.ask(question(2)), [[null]]);
    assert.deepEqual(await client.ask(question(2)), [[null]]);
    await client.ask(question(1));
    assert.deepEqual(heard, [
      'away: llama.cpp cannot answer with FAULTY.gguf (decode failed).',
      'answering: FAULTY.gguf answers again.',
    ]);
  });

  it('answers nothing any more when it was closed', async () => {
    const client = await open('HANGS.gguf');
    const waiting = client.ask(question(1));
    client.dispose();
    assert.deepEqual(await waiting, [[null]]);
  });

  it('is an expert that is left out of the mix where its process could not answer', async () => {
    const expert = new RemoteExpert(await open('model.gguf'), {
      vocabSize: 4,
      window: 8,
      firstTokenId: 0,
    });
    const good = expert.next(expert.start(), 1);
    await expert.readiness.prepare([good]);
    assert.ok(expert.readiness.isReady(good));
    const bad = expert.next(good, 3);
    await expert.readiness.prepare([good, bad]);
    assert.deepEqual([expert.readiness.isReady(good), expert.readiness.isReady(bad)], [true, false]);
  });
});
