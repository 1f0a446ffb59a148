/** Servers for tests that last until {@link stopServers}, what a well-behaved one answers, and a client of it. */
import { CompletionsClient } from '../../src/completion/half/server/completionsClient';
import type { TokenChoice } from '../../src/completion/half/server/tokenChoices';
import { CompletionsServer, legacyAnswer, MODELS, type Behaviour } from './completionsServer';

const servers: CompletionsServer[] = [];

/** @param behaviour at all its addresses */
export async function serveAll(behaviour: Behaviour, port?: number): Promise<CompletionsServer> {
  const server = await CompletionsServer.start(behaviour, port);
  servers.push(server);
  return server;
}

/** A server that lists its models; `behaviour` is that at all other addresses. */
export const serve = (behaviour: Behaviour, port?: number): Promise<CompletionsServer> =>
  serveAll((asked, response) => (asked.path.endsWith('/models') ? MODELS : behaviour(asked, response)), port);

export async function stopServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
}

export const good: Behaviour = () => legacyAnswer({ ' dog': 0.6, ' cat': 0.3 });
export const clientOf = (address: string, key?: string, patience = 10_000) =>
  new CompletionsClient({ address, key, patience });
export const texts = (choices: readonly TokenChoice[] | null | undefined) =>
  choices?.map(({ bytes }) => Buffer.from(bytes).toString());
