import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { ChoiceSource } from '../../../../src/completion/half/server/choiceSource';
import { CompletionsClient, ServerFault } from '../../../../src/completion/half/server/completionsClient';
import { openServer } from '../../../../src/completion/half/server/openServer';
import { ServerExpert } from '../../../../src/completion/half/server/serverExpert';
import { tokenChoices, type TokenChoice } from '../../../../src/completion/half/server/tokenChoices';
import { whyUnreachable } from '../../../../src/completion/half/server/unreachable';
import { SharedTokens } from '../../../../src/model/bridge/sharedTokens';
import type { HalfStatus } from '../../../../src/protocol/generatorProtocol';
import { CompletionsServer, legacyAnswer, MODELS, type Behaviour } from '../../../support/completionsServer';
import { shippedTokenizer } from '../../../support/shippedTokenizer';

const servers: CompletionsServer[] = [];
async function serve(behaviour: Behaviour, port?: number): Promise<CompletionsServer> {
  const server = await CompletionsServer.start(
    (asked, response) => (asked.path.endsWith('/models') ? MODELS : behaviour(asked, response)),
    port,
  );
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const good: Behaviour = () => legacyAnswer({ ' dog': 0.6, ' cat': 0.3 });
const clientOf = (address: string, key?: string, patience = 10_000) =>
  new CompletionsClient({ address, key, patience });
const texts = (choices: readonly TokenChoice[] | null | undefined) =>
  choices?.map(({ bytes }) => Buffer.from(bytes).toString());

describe('what a server says of the next tokens', () => {
  const choices = [
    { token: ' a', logprob: Math.log(0.5), bytes: [32, 97] },
    { token: '\ufffd', logprob: Math.log(0.25), bytes: [0xe4] },
  ];
  const shapes: [name: string, answer: unknown][] = [
    ['OpenAI, vLLM', legacyAnswer({ ' a': 0.5, 'bytes:\\xe4': 0.25 })],
    ['llama.cpp', { choices: [{ logprobs: { content: [{ ...choices[0], top_logprobs: choices }] } }] }],
    [
      'older llama.cpp',
      {
        completion_probabilities: [
          {
            content: ' a',
            probs: [
              { tok_str: ' a', prob: 0.5 },
              { tok_str: 'bytes:\\xe4', prob: 0.25 },
            ],
          },
        ],
      },
    ],
  ];
  for (const [name, answer] of shapes) {
    it(`is read in the shape of ${name}`, () => {
      const [place] = tokenChoices(answer);
      assert.equal(place.text, ' a');
      assert.deepEqual(
        place.choices?.map(({ bytes, probability }) => [[...bytes], Number(probability.toFixed(6))]),
        [
          [[32, 97], 0.5],
          [[0xe4], 0.25],
        ],
      );
    });
  }

  it('leaves out what is no probability', () => {
    const top = { a: NaN, b: null, c: 'x', d: 5, e: Math.log(0.5), f: -Infinity };
    const answer = { choices: [{ logprobs: { tokens: ['e'], top_logprobs: [top] } }] };
    assert.deepEqual(texts(tokenChoices(answer)[0].choices), ['e']);
  });

  it('leaves out marks of the end, which are no text to be written', () => {
    for (const mark of ['</s>', '<|endoftext|>', '<|eot_id|>', '<end_of_turn>']) {
      const [place] = tokenChoices(legacyAnswer({ [mark]: 0.9, ' dog': 0.05, '</': 0.02 }));
      assert.equal(place.text, null);
      assert.deepEqual(texts(place.choices), [' dog', '</']);
      assert.ok(Math.abs(place.choices![0].probability - 0.05) < 1e-9);
    }
  });

  it('law: whatever is answered, probabilities sum to at most one and nothing is thrown', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((logprobs) => ({ choices: [{ logprobs }] })),
      fc
        .array(fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.constant(-0.1), fc.string())))
        .map((places) => ({
          choices: [{ logprobs: { tokens: places.map(() => 'a'), top_logprobs: places } }],
        })),
    );
    fc.assert(
      fc.property(anything, (answer) => {
        for (const place of tokenChoices(answer)) {
          const sum = (place.choices ?? []).reduce((total, { probability }) => total + probability, 0);
          assert.ok(sum >= 0 && sum <= 1 + 1e-9);
        }
      }),
    );
  });
});

describe('asking a server', () => {
  it('sends the text, the model and the key, and takes the first model that it lists', async () => {
    const server = await serve(good);
    const [place] = await clientOf(server.address, 'secret').choicesAfter('The quick', 1);
    assert.deepEqual(texts(place.choices), [' dog', ' cat']);
    assert.deepEqual(
      server.asked.map(({ path, authorization }) => [path, authorization]),
      [
        ['/v1/models', 'Bearer secret'],
        ['/v1/completions', 'Bearer secret'],
      ],
    );
    assert.deepEqual(server.asked[1].body, {
      ...server.asked[1].body,
      ...{ prompt: 'The quick', model: 'small', max_tokens: 1, logprobs: 100, temperature: 0 },
    });
  });

  it('asks with the query that the address has', async () => {
    const server = await serve(good);
    const client = new CompletionsClient({
      address: `${server.address}/?api-version=2024-02`,
      model: 'small',
    });
    await client.choicesAfter('a', 1);
    assert.equal(server.asked.at(-1)?.path, '/v1/completions?api-version=2024-02');
  });

  it('finds the protocol below an address without a path', async () => {
    const server = await serve(good);
    const bare = server.address.replace('/v1', '');
    assert.equal((await clientOf(bare).choicesAfter('a', 1)).length, 1);
  });

  it('takes the address of the completions themselves for that of the protocol', async () => {
    const server = await serve(good);
    for (const path of ['/completions', '/chat/completions/']) {
      await clientOf(server.address + path).choicesAfter('a', 1);
    }
    assert.deepEqual(
      server.asked.map(({ path }) => path),
      ['/v1/models', '/v1/completions', '/v1/models', '/v1/completions'],
    );
  });

  it('asks for fewer tokens when the server refuses so many, and remembers it', async () => {
    const server = await serve((asked, response) =>
      (asked.body.logprobs ?? 0) > 5
        ? void response.writeHead(400).end('too many')
        : legacyAnswer({ a: 0.5 }),
    );
    const client = clientOf(server.address);
    assert.equal((await client.choicesAfter('a', 1)).length, 1);
    await client.choicesAfter('b', 1);
    assert.deepEqual(
      server.asked.flatMap(({ body }) => body.logprobs ?? []),
      [100, 20, 5, 5],
    );
  });

  it('finds how many tokens it may ask for also in several requests at once', async () => {
    const server = await serve((asked, response) =>
      (asked.body.logprobs ?? 0) > 5
        ? void response.writeHead(400).end('too many')
        : legacyAnswer({ a: 0.5 }),
    );
    const client = clientOf(server.address);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((text) => client.choicesAfter(text, 1)));
    assert.deepEqual(
      answers.map((places) => places.length),
      [1, 1, 1, 1],
    );
  });

  it('asks for as many tokens as before after a text that the server refuses, such as one too long', async () => {
    const server = await serve((asked, response) =>
      asked.body.prompt === 'too long' ? void response.writeHead(400).end() : legacyAnswer({ a: 0.5 }),
    );
    const client = clientOf(server.address);
    await client.choicesAfter('a', 1);
    await assert.rejects(client.choicesAfter('too long', 1), /refuses what it is asked/);
    await client.choicesAfter('b', 1);
    assert.equal(server.asked.at(-1)?.body.logprobs, 100);
  });

  describe('that writes a character in several tokens, as llama.cpp does,', () => {
    const token = (text: string, id: number, bytes = [...Buffer.from(text)]) => ({
      ...{ id, token: text, bytes },
      logprob: Math.log(0.5),
    });
    const part = token('\ufffd', 7, [0x80]);
    const dog = token(' dog', 8);
    const answer = (...content: object[]) => ({ choices: [{ logprobs: { content } }] });
    const inWholeCharacters: Behaviour = ({ body }) =>
      body.logit_bias === undefined
        ? // The alternatives given for the smile are those before its last byte.
          answer({ ...token('😀', 7), top_logprobs: [part] }, { ...dog, top_logprobs: [dog] })
        : answer({ ...token('\n', 9), top_logprobs: [token('', 6, [0xf0, 0x9f])] });

    it('learns the first bytes by asking for a whole character', async () => {
      const server = await serve(inWholeCharacters);
      const places = await clientOf(server.address).choicesAfter('So happy! ', 8);
      assert.deepEqual(
        places.map(({ text, choices }) => [text, choices?.map(({ bytes }) => [...bytes])]),
        [
          ['😀', [[0xf0, 0x9f]]],
          [' dog', [[...Buffer.from(' dog')]]],
        ],
      );
    });

    it('learns the same when such a character is all that it writes, without probabilities', async () => {
      const server = await serve((asked, response) =>
        asked.body.logit_bias === undefined
          ? { choices: [{ text: '\ufffd', logprobs: null }] }
          : inWholeCharacters(asked, response),
      );
      const [place, ...others] = await clientOf(server.address).choicesAfter('So happy! ', 1);
      assert.deepEqual([place.text, others], [null, []]);
      assert.deepEqual(
        place.choices?.map(({ bytes }) => [...bytes]),
        [[0xf0, 0x9f]],
      );
    });

    it('knows nothing of that place when it refuses the question, and goes on elsewhere', async () => {
      const server = await serve(({ body }, response) =>
        body.logit_bias !== undefined
          ? void response.writeHead(400).end('no bias here')
          : body.prompt === '我'
            ? { choices: [{ text: '\ufffd', logprobs: null }] }
            : legacyAnswer({ a: 0.5 }),
      );
      const client = clientOf(server.address);
      await client.choicesAfter('a', 1);
      assert.deepEqual(await client.choicesAfter('我', 1), [{ text: null, choices: [] }]);
      assert.equal(server.asked.filter(({ body }) => body.logit_bias !== undefined).length, 1);
      assert.deepEqual(texts((await client.choicesAfter('b', 1))[0].choices), ['a']);
    });
  });

  const faults: [name: string, behaviour: Behaviour, sentence: RegExp, isLasting: boolean][] = [
    ['is slow', () => undefined, /cannot be reached: it did not answer in 0 s\./, false],
    [
      'trickles its answer',
      (_, response) => {
        response.write('{"choices"');
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => {
          clearInterval(timer);
        });
      },
      /cannot be reached: it did not answer/,
      false,
    ],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"choices": [');
        setTimeout(() => response.destroy(), 20);
      },
      /cannot be reached: it closed the connection \(/,
      false,
    ],
    [
      'cuts its JSON off',
      (_, response) => void response.end('{"choices": [{'),
      /answers that are no JSON/,
      false,
    ],
    [
      'is a web page',
      (_, response) => void response.end('<html>'),
      /no JSON\. Check that the address/,
      false,
    ],
    [
      'has a fault',
      (_, response) => void response.writeHead(500).end('{}'),
      /answers with status 500/,
      false,
    ],
    [
      'answers 10 MB',
      (_, response) => void response.end(JSON.stringify({ choices: ['x'.repeat(10_000_000)] })),
      /answers that are far too long/,
      false,
    ],
    ['wants a key', (_, response) => void response.writeHead(401).end('{}'), /does not accept the key/, true],
    ['has no such model', (_, response) => void response.writeHead(404).end('{}'), /not that model/, true],
    [
      'sends elsewhere',
      (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
      /sends on to another address \(status 307\).*Give the address/,
      true,
    ],
    [
      'says that it has failed, as if all were well',
      () => ({ error: { message: 'secret text', code: 500 } }),
      /answers that it has failed\. Look/,
      false,
    ],
    ['tells no probabilities', () => ({ choices: [{ text: ' dog' }] }), /tells no probabilities/, true],
    [
      'tells only NaN',
      () => ({ choices: [{ logprobs: { tokens: ['a'], top_logprobs: [{ a: null }] } }] }),
      /tells no probabilities/,
      true,
    ],
  ];
  for (const [name, behaviour, sentence, isLasting] of faults) {
    it(`says in one sentence what is wrong with one that ${name}`, async () => {
      const server = await serve(behaviour);
      const patience = sentence.source.includes('did not answer') ? 300 : 10_000;
      await assert.rejects(
        clientOf(server.address, undefined, patience).choicesAfter('secret text', 1),
        (error: Error) => {
          assert.match(error.message, sentence);
          assert.match(error.message, /^The server at 127\.0\.0\.1:\d+ [^\n]*\.$/);
          assert.ok(!error.message.includes('secret text'));
          assert.equal((error as Error & { isLasting: boolean }).isLasting, isLasting);
          return true;
        },
      );
    });
  }

  for (const status of [301, 302, 307, 308]) {
    it(`sends neither text nor key to an address that it is redirected to (status ${status})`, async () => {
      const other = await serve(good);
      for (const isListing of [true, false]) {
        const server = await CompletionsServer.start(({ path }, response) =>
          path.endsWith('/models') === isListing
            ? void response.writeHead(status, { location: other.address + path.slice('/v1'.length) }).end()
            : MODELS,
        );
        servers.push(server);
        await assert.rejects(clientOf(server.address, 'secret').choicesAfter('secret text', 1));
      }
      assert.deepEqual(other.asked, []);
    });
  }

  for (const key of ['sk-secret\nsecret', 'sk secret', 'sk-“secret”', '\u0000secret']) {
    it(`shows nothing of a key that cannot be sent: ${JSON.stringify(key)}`, () => {
      assert.throws(
        () => clientOf('http://127.0.0.1:9/v1', key),
        (error: Error) => {
          assert.match(
            error.message,
            /^The key for the server at 127\.0\.0\.1:9 has .*Set Language Model Key"\.$/,
          );
          assert.ok(!error.message.includes('secret'));
          return true;
        },
      );
    });
  }

  it('keeps no more of an answer than it asked for', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`t${i}`, 1e-5 * (i + 1)]));
    const server = await serve(() => legacyAnswer(...Array.from({ length: 9 }, () => many)));
    const places = await clientOf(server.address).choicesAfter('a', 3);
    assert.deepEqual(
      places.map(({ choices }) => choices?.length),
      [100, 100, 100],
    );
    assert.deepEqual(texts(places[0].choices)?.slice(0, 2), ['t499', 't498']);
    const long = await serve(() => legacyAnswer({ ['x'.repeat(500_000)]: 0.6, ' dog': 0.3 }));
    const [place] = await clientOf(long.address).choicesAfter('a', 1);
    assert.deepEqual([place.text, texts(place.choices)], [null, [' dog']]);
  });

  const codes: [code: string, clause: RegExp][] = [
    ['ENOTFOUND', /^no computer of that name is known \(ENOTFOUND\); correct the address/],
    ['EHOSTUNREACH', /^the way there is blocked or down/],
    ['CERT_HAS_EXPIRED', /^its certificate is not valid today/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /^its certificate is for another name/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /^this computer does not trust its certificate \(DEPTH/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /^this computer does not trust its certificate/],
    ['HPE_INVALID_CONSTANT', /^it does not speak http /],
    ['EMFILE', /^the connection fails \(EMFILE\); check the address/],
  ];
  for (const [code, clause] of codes) {
    it(`says in words what ${code} means`, () => {
      const cause = Object.assign(new Error('no words'), { code });
      assert.match(whyUnreachable(new TypeError('fetch failed', { cause })), clause);
    });
  }

  it('says what to do where an address of http is given as one of https', async () => {
    const { address, port } = await serve(good);
    await assert.rejects(
      clientOf(address.replace('http:', 'https:')).modelName(),
      new RegExp(
        `at 127\\.0\\.0\\.1:${port} .* does not speak https \\(\\w+\\); .* its address with http if `,
      ),
    );
  });

  it('refuses what is no address', () => {
    assert.throws(() => clientOf('localhost'), /"localhost" is no address of a server\. Give one such as/);
    assert.throws(() => clientOf('file:///etc/passwd'), /is no address of a server/);
  });
});

describe('a server that goes away', () => {
  const setUp = (behaviour: () => Promise<{ text: string | null; choices: TokenChoice[] }[]>) => {
    let clock = 0;
    let asked = 0;
    const statuses: string[] = [];
    const source = new ChoiceSource(
      {
        host: 'here',
        close: () => undefined,
        choicesAfter: () => {
          asked++;
          return behaviour();
        },
      },
      { onStatus: ({ state }: HalfStatus) => statuses.push(state), now: () => clock, firstDelay: 100 },
    );
    return { source, statuses, count: () => asked, pass: (milliseconds: number) => (clock += milliseconds) };
  };

  it('is reported once, left alone for longer each time, and reported when it is back', async () => {
    let isUp = false;
    const place = { text: ' a', choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] };
    const { source, statuses, count, pass } = setUp(() =>
      isUp ? Promise.resolve([place]) : Promise.reject(new Error('down')),
    );
    await source.ask(['one']);
    await source.ask(['one', 'two']);
    assert.deepEqual([count(), statuses], [1, ['away']]);
    pass(100);
    await source.ask(['one', 'two', 'three']);
    assert.equal(count(), 2, 'one request sees whether it is back');
    pass(100);
    await source.ask(['one']);
    assert.equal(count(), 2, 'the second time it is left alone for twice as long');
    pass(100);
    isUp = true;
    await source.ask(['one']);
    assert.deepEqual(statuses, ['away', 'answering']);
    assert.deepEqual(texts(source.choicesAfter('one')), [' a']);
  });

  it('is not asked twice about one text, nor about the likeliest continuation of one', async () => {
    const { source, count } = setUp(() =>
      Promise.resolve([
        { text: ' a', choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] },
        { text: ' b', choices: [{ bytes: Buffer.from(' b'), probability: 0.5 }] },
      ]),
    );
    await Promise.all([source.ask(['x']), source.ask(['x'])]);
    await source.ask(['x a']);
    assert.equal(count(), 1);
    assert.deepEqual(texts(source.choicesAfter('x a')), [' b']);
  });

  it('is left alone for a minute at once where its fault will last', async () => {
    const { source, count, pass } = setUp(() => Promise.reject(new ServerFault('It refuses the key.', true)));
    await source.ask(['one']);
    pass(59_000);
    await source.ask(['one']);
    assert.equal(count(), 1);
    pass(1000);
    await source.ask(['one']);
    assert.equal(count(), 2);
  });

  it('tells nothing of what follows a token that is no text', async () => {
    const choicesOf = (token: string) => [{ bytes: Buffer.from(token), probability: 0.5 }];
    const { source } = setUp(() =>
      Promise.resolve([
        { text: ' a', choices: choicesOf(' a') },
        { text: null, choices: choicesOf(' b') },
        { text: ' c', choices: choicesOf(' c') },
      ]),
    );
    await source.ask(['x']);
    assert.deepEqual(
      ['x', 'x a', 'x a c'].map((text) => texts(source.choicesAfter(text))),
      [[' a'], [' b'], undefined],
    );
  });

  it('is remembered for the latest texts alone', async () => {
    const { source } = setUp(() =>
      Promise.resolve([{ text: null, choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] }]),
    );
    const all = Array.from({ length: 2001 }, (_, i) => `text ${i}`);
    for (const text of all) {
      await source.ask([text]);
    }
    assert.deepEqual(
      all.filter((text) => source.choicesAfter(text) === undefined),
      ['text 0'],
    );
  });

  it('is not asked about the oldest of hundreds of texts that wait for it', async () => {
    const answers: (() => void)[] = [];
    const { source, count } = setUp(
      () =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve([{ text: null, choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] }]);
          });
        }),
    );
    const all = Array.from({ length: 400 }, (_, i) => `text ${i}`);
    const asks = all.map((text) => source.ask([text]));
    for (let answered = 0; answered < answers.length; answered++) {
      answers[answered]();
      await new Promise(setImmediate);
    }
    await Promise.all(asks);
    assert.equal(count(), 4 + 256);
    const known = all.filter((text) => source.choicesAfter(text) !== undefined);
    assert.deepEqual(known, [...all.slice(0, 4), ...all.slice(-256)]);
  });
});

describe('a server’s model over the shared vocabulary', () => {
  const shared = new SharedTokens(shippedTokenizer);
  const expertThat = (choices: Readonly<Record<string, Readonly<Record<string, number>>>>) => {
    const known = (text: string): TokenChoice[] | undefined =>
      choices[text] &&
      Object.entries(choices[text]).map(([token, probability]) => ({
        bytes: Buffer.from(token),
        probability,
      }));
    const source = { choicesAfter: known, ask: () => Promise.resolve(), dispose: () => undefined };
    return new ServerExpert(source, shared);
  };
  const stateAfter = (expert: ServerExpert, text: string) => {
    let state = expert.start();
    for (const tokenId of shippedTokenizer.encode(text)) {
      state = expert.next(state, tokenId);
    }
    return state;
  };
  const predict = (expert: ServerExpert, text: string) => {
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(stateAfter(expert, text), probs);
    return probs;
  };
  const probabilityOf = (probs: Float32Array, text: string) => probs[shippedTokenizer.encode(text)[0]];

  it('gives each listed token to the shared token that it begins with', () => {
    const probs = predict(expertThat({ 'I saw the.': { ' The': 0.6, '\n': 0.3 } }), 'I saw the.');
    assert.ok(Math.abs(probabilityOf(probs, ' The') - 0.6) < 1e-3);
    assert.ok(Math.abs(probabilityOf(probs, '\n') - 0.3) < 1e-3);
  });

  it('in a half-typed word asks what follows the typed part, whatever the server’s tokens are', () => {
    const expert = expertThat({ 'In the': { ' garden': 0.5, ' house': 0.4 }, 'In the gar': {} });
    const state = stateAfter(expert, 'In the gar');
    const rest = shippedTokenizer.encode('In the garden').slice(shippedTokenizer.encode('In the gar').length);
    const probs = new Float32Array(expert.vocabSize);
    expert.predict(state, probs);
    const likeliest = probs.indexOf(Math.max(...probs));
    assert.ok(
      'den'.startsWith(Buffer.from(shippedTokenizer.tokenBytes(likeliest)).toString()) ||
        likeliest === rest[0],
    );
    assert.ok(probs[likeliest] > 0.8);
  });

  it('weighs in a half-typed word what goes beyond it, what is a part of it, and what is not listed', () => {
    const probs = predict(
      expertThat({
        'In the': { ' garden': 0.5, ' gar': 0.2, ' g': 0.1, ' house': 0.1 },
        'In the gar': { lic: 0.6 },
      }),
      'In the gar',
    );
    // A token that covers only a part of the word, and an unlisted one, count a tenth.
    const whole = 0.2 + 0.1 * 0.1 + 0.1 * 0.1;
    const spread = 0.1 * 0.1 + whole * 0.4;
    const total = 0.5 + whole * 0.6 + spread;
    const [first, second] = [...probs].sort((a, b) => b - a);
    assert.ok(Math.abs(first - 0.5 / total) < 1e-3, `${first}`);
    assert.ok(Math.abs(second - (whole * 0.6) / total) < 1e-3, `${second}`);
  });

  it('asks for a document’s first words after a line break, as servers refuse an empty text', async () => {
    const asked: string[] = [];
    const source = {
      choicesAfter: () => undefined,
      ask: (texts: readonly string[]) => Promise.resolve(void asked.push(...texts)),
      dispose: () => undefined,
    };
    const expert = new ServerExpert(source, shared);
    await expert.readiness?.prepare([expert.start()]);
    assert.deepEqual(asked, ['\n']);
  });

  it('in a half-typed word gives a listed token to the shared token that follows the typed part', () => {
    const probs = predict(expertThat({ They: { ' don’t': 0.6 }, 'They don': { '’t': 0.9 } }), 'They don');
    const typed = shippedTokenizer.encode('They don').length;
    const [next] = shippedTokenizer.encode('They don’t').slice(typed);
    assert.ok(probs[next] > 0.8, `${probs[next]}`);
  });

  it('is left out while the server has not answered, and knows nothing else', () => {
    const expert = expertThat({ 'One.': { ' Two': 0.9 } });
    assert.equal(expert.readiness?.isReady(stateAfter(expert, 'One.')), true);
    assert.equal(expert.readiness?.isReady(stateAfter(expert, 'One. Two')), false);
  });

  it('is never sent half a character at the beginning of a long text', async () => {
    const asked: string[] = [];
    const source = {
      choicesAfter: () => undefined,
      ask: (texts: readonly string[]) => Promise.resolve(void asked.push(...texts)),
      dispose: () => undefined,
    };
    const expert = new ServerExpert(source, shared);
    for (const beginning of ['', 'a']) {
      await expert.readiness?.prepare([stateAfter(expert, `${beginning}${'🙂'.repeat(3000)}`)]);
    }
    assert.equal(asked.length, 2);
    assert.ok(asked.every((text) => text.length > 2000 && !/\p{Surrogate}/u.test(text)));
  });

  it('law: sums to one, and holds nothing impossible', () => {
    const place = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
      fc.double({ min: 1e-6, max: 1, noNaN: true }),
      { maxKeys: 8 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), place, place, (text, first, second) => {
        const listed = [first, second].map((one) => {
          const sum = Object.values(one).reduce((a, b) => a + b, 0);
          return Object.entries(one).map(([token, p]) => ({
            bytes: Buffer.from(token),
            probability: p / Math.max(1, sum),
          }));
        });
        let calls = 0;
        const source = {
          choicesAfter: () => listed[calls++ % 2],
          ask: () => Promise.resolve(),
          dispose: () => undefined,
        };
        const probs = predict(new ServerExpert(source, shared), text);
        assert.ok(Math.abs(probs.reduce((a, b) => a + b, 0) - 1) < 1e-5);
        assert.ok(probs.every((p) => p > 0));
      }),
      { numRuns: 40 },
    );
  });
});

describe('opening a server', () => {
  it('tells whose model it is and that only its likeliest tokens are known', async () => {
    const { address, port } = await serve(good);
    const { description } = await openServer({ kind: 'server', address }, shippedTokenizer, () => undefined);
    assert.equal(
      description,
      `small on 127.0.0.1:${port} (server; its 2 likeliest tokens, the rest spread evenly)`,
    );
  });

  it('shows only the beginning of an endless name', async () => {
    const server = await CompletionsServer.start(({ path }, response) =>
      path.endsWith('/models') ? { data: [{ id: 'x'.repeat(500_000) }] } : good({ path } as never, response),
    );
    servers.push(server);
    const { description } = await openServer(
      { kind: 'server', address: server.address },
      shippedTokenizer,
      () => undefined,
    );
    assert.match(description, /^x{80}… on /);
  });

  it('that is away is reported, and used once it answers', async () => {
    const { address, port } = await serve(good);
    await servers.splice(0)[0].stop();
    const statuses: HalfStatus[] = [];
    const { expert } = await openServer(
      { kind: 'server', address, model: 'small' },
      shippedTokenizer,
      (status) => statuses.push(status),
    );
    assert.match(
      statuses[0].message,
      /^The server at 127\.0\.0\.1:\d+ cannot be reached: nothing listens there \(ECONNREFUSED\); start/,
    );
    await serve(good, port);
    const state = expert.next(expert.start(), shippedTokenizer.encode('One')[0]);
    await expert.readiness!.prepare([state]);
    assert.equal(expert.readiness!.isReady(state), true);
    assert.deepEqual(
      statuses.map(({ state: told }) => told),
      ['away', 'answering'],
    );
    expert.dispose();
  });

  it('that cannot be used as it is set up is refused', async () => {
    const { address } = await serve((_, response) => void response.writeHead(401).end('{}'));
    await assert.rejects(
      openServer({ kind: 'server', address }, shippedTokenizer, () => undefined),
      /the key/,
    );
  });
});

describe('the network', () => {
  it('is used by one file alone', () => {
    const source = resolve('src');
    const uses =
      /\bfetch\(|from 'node:(?:https?|net|tls|dgram|http2)'|from '(?:undici|ws)'|new WebSocket\(|XMLHttpRequest/;
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const found = files.filter((name) => uses.test(readFileSync(join(source, name), 'utf8')));
    // The installer of the native engine runs when the user asks for an installation, not when the product runs.
    assert.deepEqual(found.sort(), [
      join('completion', 'half', 'server', 'completionsClient.ts'),
      join('trainer', 'native', 'downloadWheel.ts'),
    ]);
  });
});
