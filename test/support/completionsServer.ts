/** A server on this machine that speaks the OpenAI completions protocol, well or badly. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  /** Servers such as vLLM's take no body of another type than JSON's. */
  readonly contentType: string | undefined;
  readonly body: {
    readonly model?: string;
    readonly prompt?: string;
    readonly max_tokens?: number;
    readonly logprobs?: number;
    readonly logit_bias?: unknown;
  };
}

/** Answers a request; what it gives is sent as JSON, unless it has sent something itself. */
export type Behaviour = (asked: Asked, response: ServerResponse) => unknown;

export class CompletionsServer {
  readonly asked: Asked[] = [];

  private constructor(
    private readonly server: Server,
    public behaviour: Behaviour,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const asked: Asked = {
          path: request.url ?? '',
          authorization: request.headers.authorization,
          contentType: request.headers['content-type'],
          body: (text === '' ? {} : JSON.parse(text)) as Asked['body'],
        };
        this.asked.push(asked);
        const answer = this.behaviour(asked, response);
        if (answer !== undefined) {
          response.end(JSON.stringify(answer));
        }
      });
    });
  }

  static async start(behaviour: Behaviour, port = 0): Promise<CompletionsServer> {
    const server = createServer();
    const own = new CompletionsServer(server, behaviour);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return own;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export const MODELS = { data: [{ id: 'small' }, { id: 'large' }] };

/** An answer in the shape of OpenAI's completions: by place, the probability of each text; the likeliest is what was written. */
export function legacyAnswer(...places: Readonly<Record<string, number>>[]): object {
  return {
    choices: [
      {
        text: '',
        logprobs: {
          tokens: places.map((place) => Object.entries(place).sort(([, a], [, b]) => b - a)[0][0]),
          top_logprobs: places.map((place) =>
            Object.fromEntries(Object.entries(place).map(([text, p]) => [text, Math.log(p)])),
          ),
        },
      },
    ],
  };
}
