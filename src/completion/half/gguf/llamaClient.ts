/** llama.cpp in a process of its own. */
import { basename } from 'node:path';
import { ModelProcess, type ModelProcessOptions } from '../../process/modelProcess';
import type { DistributionSource, Question } from '../remoteExpert';
import type { LlamaAnswer, LlamaOpened, LlamaOpening } from './llamaMessages';

type LlamaProcess = ModelProcess<LlamaOpening, LlamaOpened, Question, LlamaAnswer>;

export class LlamaClient implements DistributionSource {
  private constructor(
    private readonly process: LlamaProcess,
    /** What was opened, in one line. */
    readonly description: string,
  ) {}

  /** @throws Error with one sentence, by rejecting, when the model cannot be loaded */
  static async open(
    options: Omit<ModelProcessOptions<LlamaOpening>, 'program' | 'script' | 'name'>,
  ): Promise<LlamaClient> {
    const { process, opened } = await ModelProcess.open<LlamaOpening, LlamaOpened, Question, LlamaAnswer>({
      ...options,
      program: 'llama.cpp',
      script: 'llama',
      name: basename(options.opening.path),
    });
    if ('refusal' in opened) {
      process.dispose();
      throw new Error(opened.refusal);
    }
    return new LlamaClient(process, opened.description);
  }

  ask(questions: readonly Question[]): ReturnType<DistributionSource['ask']> {
    return Promise.all(
      questions.map(async (question) => (await this.process.ask(question)) ?? question.after.map(() => null)),
    );
  }

  dispose(): void {
    this.process.dispose();
  }
}
