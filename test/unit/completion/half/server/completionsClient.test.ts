import assert from 'node:assert/strict';
import { CompletionsClient } from '../../../../../src/completion/half/server/completionsClient';
import { whyUnreachable } from '../../../../../src/completion/half/server/unreachable';
import { legacyAnswer, MODELS, type Behaviour } from '../../../../support/completionsServer';
import { clientOf, good, serve, serveAll, stopServers, texts } from '../../../../support/servedModel';

afterEach(stopServers);

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
      // llama.cpp's own: for its older versions, and so that it goes on from what it has read.
      ...{ n_probs: 100, cache_prompt: true },
    });
    assert.equal(server.asked[1].contentType, 'application/json');
  });

  it('ends at once what it waits for when it is closed, as when another model is chosen', async () => {
    const server = await serve(() => undefined);
    const client = clientOf(server.address, undefined, 60_000);
    const asked = client.choicesAfter('a', 1);
    setTimeout(() => {
      client.close();
    }, 50);
    await assert.rejects(asked);
  });

  it('takes what it lists now when it no longer has the model that it listed before', async () => {
    let present = 'small';
    const server = await serveAll(({ path, body }, response) =>
      path.endsWith('/models')
        ? { data: [{ id: present }] }
        : body.model === present
          ? legacyAnswer({ a: 0.5 })
          : void response.writeHead(404).end('{"error": {"message": "no such model"}}'),
    );
    const client = clientOf(server.address);
    await client.choicesAfter('a', 1);
    present = 'large';
    await assert.rejects(client.choicesAfter('b', 1), /not that model/);
    assert.deepEqual(texts((await client.choicesAfter('b', 1))[0].choices), ['a']);
  });

  it('asks for the model that is named, and with the query that the address has', async () => {
    const server = await serve(good);
    const client = new CompletionsClient({
      address: `${server.address}/?api-version=2024-02`,
      model: 'large',
    });
    await client.choicesAfter('a', 1);
    assert.deepEqual(
      server.asked.map(({ path, body }) => [path, body.model]),
      [['/v1/completions?api-version=2024-02', 'large']],
    );
  });

  it('says what to do where it lists no models', async () => {
    for (const answer of [{ data: [] }, { models: ['small'] }]) {
      const server = await serveAll(() => answer);
      await assert.rejects(clientOf(server.address).modelName(), {
        message: `The server at 127.0.0.1:${server.port} lists no models. Check the address, or name the model.`,
        isLasting: true,
      });
    }
  });

  it('asks no server again at once that has a fault', async () => {
    const server = await serve((_, response) => void response.writeHead(503).end());
    await assert.rejects(clientOf(server.address).choicesAfter('a', 1), /is not ready/);
    assert.deepEqual(
      server.asked.map(({ path }) => path),
      ['/v1/models', '/v1/completions'],
    );
  });

  it('finds the protocol below the path of an address, or below one of its own where that has none', async () => {
    const server = await serve(good);
    await clientOf(server.address.replace('/v1', '/api/openai')).choicesAfter('a', 1);
    assert.equal(server.asked.at(-1)?.path, '/api/openai/completions');
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

  it('asks in the words of the protocol alone when the server refuses others, as OpenAI does', async () => {
    const words = ['model', 'prompt', 'max_tokens', 'temperature', 'logprobs', 'stream'];
    const server = await serve(({ body }, response) =>
      Object.keys(body).every((word) => words.includes(word)) && (body.logprobs ?? 0) <= 5
        ? legacyAnswer({ a: 0.5 })
        : void response
            .writeHead(400)
            .end('{"error": {"message": "Unrecognized request arguments supplied: cache_prompt, n_probs"}}'),
    );
    assert.deepEqual(texts((await clientOf(server.address).choicesAfter('a', 1))[0].choices), ['a']);
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
    await assert.rejects(
      client.choicesAfter('too long', 1),
      /refuses what it is asked \(status 400\)\. Check .* that its context holds 4,096 characters/,
    );
    await client.choicesAfter('b', 1);
    assert.deepEqual(
      server.asked.flatMap(({ body }) => body.logprobs ?? []),
      [100, 100, 20, 5, 100],
    );
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

    it('is not said to tell no probabilities when it has a fault as it is asked for them so', async () => {
      const server = await serve(({ body }, response) =>
        body.logit_bias === undefined
          ? { choices: [{ text: '\ufffd', logprobs: null }] }
          : void response.writeHead(503).end(),
      );
      await assert.rejects(clientOf(server.address).choicesAfter('我', 1), /is not ready/);
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

  it('asks once more when the server closes an idle connection as it is used again', async () => {
    const used = new WeakSet<object>();
    const server = await serve((asked, response) => {
      const { socket } = response;
      if (socket !== null && used.has(socket)) {
        return void socket.destroy();
      }
      used.add(socket!);
      return good(asked, response);
    });
    const client = new CompletionsClient({ address: server.address, model: 'small' });
    for (const text of ['a', 'b', 'c']) {
      assert.deepEqual(texts((await client.choicesAfter(text, 1))[0].choices), [' dog', ' cat']);
    }
  });

  it('asks no more than twice a server that closes every connection', async () => {
    const server = await serve((_, response) => void response.socket?.destroy());
    const client = new CompletionsClient({ address: server.address, model: 'small' });
    await assert.rejects(client.choicesAfter('a', 1), /it closed the connection/);
    assert.equal(server.asked.length, 2);
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
      /answers that are not JSON/,
      false,
    ],
    [
      'is a web page',
      (_, response) => void response.end('<html>'),
      /not JSON\. Check that the address/,
      false,
    ],
    [
      'has a fault',
      (_, response) => void response.writeHead(500).end('{}'),
      /answers with status 500\. Look at what it writes/,
      false,
    ],
    [
      'answers 10 MB',
      (_, response) => void response.end(JSON.stringify({ choices: ['x'.repeat(10_000_000)] })),
      /answers that are far too long\. Check that the address/,
      false,
    ],
    [
      'has been asked too often',
      (_, response) => void response.writeHead(429).end('<html>'),
      /was asked too often, .* \(status 429\)\. It is asked again later/,
      false,
    ],
    [
      'expects https, as nginx says it',
      (_, response) =>
        void response.writeHead(400).end('<center>The plain HTTP request was sent to HTTPS port</center>'),
      /it does not speak http \(status 400\); .* its address should begin with https/,
      true,
    ],
    [
      'expects https, as servers in Go say it',
      (_, response) => void response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n'),
      /it does not speak http \(status 400\); .* its address should begin with https/,
      true,
    ],
    [
      'refuses a text about plain HTTP, and repeats it',
      (_, response) => void response.writeHead(400).end('{"error": "too long: a plain HTTP request"}'),
      /refuses what it is asked/,
      true,
    ],
    [
      'is loading its model',
      (_, response) => void response.writeHead(503).end('{"error": {"message": "Loading model"}}'),
      /is not ready \(status 503\); it may still be loading its model\. It is asked again later/,
      false,
    ],
    [
      'wants a proxy to be given a name',
      (_, response) => void response.writeHead(407).end('{}'),
      /cannot be reached: the connection fails \(\w.*\); check the address/,
      false,
    ],
    [
      'wants a key',
      (_, response) => void response.writeHead(401).end('{}'),
      /does not accept the key .* in a terminal in UNDERSTUDY_SERVER_KEY\.$/,
      true,
    ],
    ['has no such model', (_, response) => void response.writeHead(404).end('{}'), /not that model/, true],
    [
      'sends elsewhere',
      (_, response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
      /redirects to another address \(status 307\).*Give the server's own address/,
      true,
    ],
    [
      'says that it has failed, as if all were well',
      () => ({ error: { message: 'secret text', code: 500 } }),
      /answers that it has failed\. Look/,
      false,
    ],
    [
      'tells no probabilities',
      () => ({ choices: [{ text: ' dog' }] }),
      /does not tell the probabilities/,
      true,
    ],
    [
      'tells only NaN',
      () => ({ choices: [{ logprobs: { tokens: ['a'], top_logprobs: [{ a: null }] } }] }),
      /does not tell the probabilities/,
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
        const server = await serveAll(({ path }, response) =>
          path.endsWith('/models') === isListing
            ? void response.writeHead(status, { location: other.address + path.slice('/v1'.length) }).end()
            : MODELS,
        );
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
            /^The key for the server at 127\.0\.0\.1:9 has .*Set Language Model Key", .* UNDERSTUDY_SERVER_KEY\.$/,
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
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /^its certificate is not trusted here \(DEPTH/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /^its certificate is not trusted here/],
    ['HPE_INVALID_CONSTANT', /^it does not speak http /],
    ['EMFILE', /^the connection fails \(EMFILE\); check the address/],
  ];
  for (const [code, clause] of codes) {
    it(`says in words what ${code} means`, () => {
      const cause = Object.assign(new Error('no words'), { code });
      assert.match(whyUnreachable(new TypeError('fetch failed', { cause })), clause);
    });
  }

  it('says what to do where Node.js does not connect to a port', async () => {
    await assert.rejects(
      clientOf('http://127.0.0.1:6667').modelName(),
      /cannot be reached: Node\.js, like browsers, does not connect to that port \(bad port\); have the/,
    );
  });

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
    assert.throws(
      () => clientOf('localhost'),
      /"localhost" is not the address of a server\. Give one such as/,
    );
    assert.throws(() => clientOf('file:///etc/passwd'), /is not the address of a server/);
  });
});
