import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import {
  ServerConnection,
  trustSystem,
  type Authorities,
} from '../../../../../src/completion/half/server/serverConnection';
import { selfSigned } from '../../../../support/selfSigned';

const node = tls as object as Authorities;

describe('a server with a certificate of a private authority', () => {
  const { cert, key } = selfSigned();
  let server: Server;
  let connection: ServerConnection;
  before(async () => {
    server = createServer({ cert, key }, (_request, response) => response.end('{"data":[]}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    connection = new ServerConnection({ address: `https://127.0.0.1:${port}` });
  });
  after(() => {
    connection.close();
    server.close();
  });

  it('is called untrusted where the system does not trust that, and the user is told what to do', async () => {
    const { port } = server.address() as AddressInfo;
    await assert.rejects(connection.request('GET', '/models', undefined), {
      message: `The server at 127.0.0.1:${port} cannot be reached: its certificate is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT); have this computer trust the authority that issued it, or name that authority's file in the environment variable NODE_EXTRA_CA_CERTS.`,
    });
  });

  it('is asked where the system trusts it, if Node.js can tell', async function () {
    const { getCACertificates, setDefaultCACertificates } = node;
    if (getCACertificates === undefined || setDefaultCACertificates === undefined) {
      this.skip();
    }
    const before = getCACertificates('default');
    trustSystem({
      setDefaultCACertificates,
      getCACertificates: (kind) => (kind === 'system' ? [cert] : getCACertificates(kind)),
    });
    try {
      assert.deepEqual(await connection.request('GET', '/models', undefined), { data: [] });
    } finally {
      setDefaultCACertificates(before);
    }
  });

  it('adds what the system trusts to what Node.js does', () => {
    const set: string[][] = [];
    trustSystem({
      getCACertificates: (kind) => [`${kind} authority`],
      setDefaultCACertificates: (certificates) => set.push([...certificates]),
    });
    assert.deepEqual(set, [['default authority', 'system authority']]);
  });

  it('leaves all as it is in an older Node.js, and where the list of the system cannot be read', () => {
    trustSystem({});
    trustSystem({
      getCACertificates: () => {
        throw new Error('no list');
      },
      setDefaultCACertificates: () => assert.fail('there is nothing to set'),
    });
  });
});
