import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer } from '../../../../../src/completion/half/server/openServer';
import type { ModelStatus } from '../../../../../src/protocol/generatorProtocol';
import { shippedTokenizer } from '../../../../support/shippedTokenizer';
import { good, serve, serveAll, stopServers } from '../../../../support/servedModel';

afterEach(stopServers);

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
    const server = await serveAll(({ path }, response) =>
      path.endsWith('/models') ? { data: [{ id: 'x'.repeat(500_000) }] } : good({ path } as never, response),
    );
    const { description } = await openServer(
      { kind: 'server', address: server.address },
      shippedTokenizer,
      () => undefined,
    );
    assert.match(description, /^x{80}… on /);
  });

  it('that is away is reported, and used once it answers', async () => {
    const server = await serve(good);
    const { address, port } = server;
    await server.stop();
    const statuses: ModelStatus[] = [];
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

  it('is sent no more text once another model is chosen, also none that waited for its turn', async () => {
    const server = await serve(good);
    const choice = { kind: 'server', address: server.address, model: 'small' } as const;
    const { expert } = await openServer(choice, shippedTokenizer, () => undefined);
    let ask = 0;
    const asked = new Promise<void>((resolve) => {
      server.behaviour = () => {
        if (++ask === 4) {
          resolve();
        }
      };
    });
    const states = ['A', 'B', 'C', 'D', 'E', 'F'].map((letter) =>
      expert.next(expert.start(), shippedTokenizer.encode(`${letter}.`)[0]),
    );
    const prepared = expert.readiness!.prepare(states).then(() => 'settled');
    await asked;
    expert.dispose();
    assert.equal(await Promise.race([prepared, sleep(5000, 'waits', { ref: false })]), 'settled');
    assert.equal(ask, 4);
  });

  it('that cannot be used as it is set up is refused', async () => {
    const { address } = await serve((_, response) => void response.writeHead(401).end('{}'));
    await assert.rejects(
      openServer({ kind: 'server', address }, shippedTokenizer, () => undefined),
      /the key/,
    );
  });
});
