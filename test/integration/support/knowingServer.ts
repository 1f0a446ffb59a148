import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const CERTAIN = Math.log(0.98);
/** Characters at the end of a prompt by which the server finds the place in its text. */
const RECOGNISED = 8;

/** A server of the OpenAI completions protocol that knows one text by heart, and can be made to hold its answers back. */
export class KnowingServer {
  /** Prompts that it was asked to continue. */
  readonly prompts: string[] = [];
  private held: (() => void)[] | null = null;

  private constructor(
    private readonly text: string,
    private readonly server: Server,
  ) {}

  static async start(text: string): Promise<KnowingServer> {
    const server = createServer();
    const knowing = new KnowingServer(text, server);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => (body += part));
      request.on('end', () => {
        knowing.answer(request.url ?? '', body, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return knowing;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  hold(): void {
    this.held ??= [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const answer of held) {
      answer();
    }
  }

  close(): void {
    this.release();
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(url: string, body: string, response: ServerResponse): void {
    const send = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (url.endsWith('/models')) {
      send({ data: [{ id: 'by-heart' }] });
      return;
    }
    const { prompt, max_tokens: count } = JSON.parse(body) as { prompt: string; max_tokens: number };
    this.prompts.push(prompt);
    const tokens = this.continuation(prompt).slice(0, count);
    const logprobs = { tokens, top_logprobs: tokens.map((token) => ({ [token]: CERTAIN })) };
    const reply = (): void => {
      send({ choices: [{ text: tokens.join(''), logprobs }] });
    };
    if (this.held === null) {
      reply();
    } else {
      this.held.push(reply);
    }
  }

  /** The words of the text after the place where the prompt ends; a dot where there are none. */
  private continuation(prompt: string): string[] {
    const end = prompt.slice(-RECOGNISED);
    const at = this.text.indexOf(end);
    const rest = at < 0 ? '' : this.text.slice(at + end.length);
    return rest.match(/\s*\S+/g) ?? ['.'];
  }
}
