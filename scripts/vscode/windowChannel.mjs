/**
 * Lets a suite, which runs inside the extension host, request what only a user can do: press keys and look at the window.
 * A request is a POST of a JSON array, the arguments, to the action's name; the answer is JSON. The address contains a
 * secret, so that no other program on this machine can type.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** @param {(name: string) => ((...args: unknown[]) => unknown) | undefined} find an action by its name */
export async function openChannel(find) {
  const secret = randomBytes(16).toString('hex');
  const server = createServer(async (request, response) => {
    const reply = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value ?? null));
    };
    try {
      const [, given, name] = request.url.split('/');
      const action = given === secret ? find(name) : undefined;
      if (!action) {
        reply(404, `There is no action ${name}.`);
        return;
      }
      let body = '';
      for await (const chunk of request) {
        body += chunk;
      }
      reply(200, await action(...JSON.parse(body)));
    } catch (error) {
      reply(500, error.message);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}/${secret}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
