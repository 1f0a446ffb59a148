/** Lends a command a generator that knows a model and some texts. */
import { access } from 'node:fs/promises';
import { GeneratorClient } from '../completion/generatorClient';
import type { HalfChoice } from '../protocol/generatorProtocol';
import type { Terminal } from './terminal';
import type { WorkspaceFile } from './workspaceTexts';

interface GeneratorContent {
  /** A personal model, or null. */
  readonly modelPath: string | null;
  readonly files: readonly WorkspaceFile[];
  /** A language model to mix in. */
  readonly half?: HalfChoice | null;
}

/** @throws Error whose message is for the user, when the tool is not built or the model cannot be loaded */
export async function withGenerator<T>(
  { product, signal, note }: Terminal,
  { modelPath, files, half = null }: GeneratorContent,
  use: (generator: GeneratorClient) => Promise<T>,
): Promise<T> {
  await requireBuilt(product.generator);
  const generator = new GeneratorClient({
    workerPath: product.generator,
    kernelPath: product.kernel,
    baseModelPath: product.baseModel,
    tokenizerPath: product.tokenizer,
    onLog: note,
    onStatus: ({ message }) => {
      note(message);
    },
    onFilesLost: () => {
      generator.learnFiles(files).catch((error: unknown) => {
        note(`The texts could not be learned again. ${String(error)}`);
      });
    },
  });
  try {
    await generator.loadModel(modelPath);
    signal.throwIfAborted();
    await generator.learnFiles(files);
    signal.throwIfAborted();
    if (half !== null) {
      const { description, away } = await generator.loadHalf(half);
      note(away === null ? `With ${description}.` : `${away} Until it answers, suggestions come without it.`);
    }
    return await use(generator);
  } finally {
    await generator.dispose();
  }
}

/** @throws Error that says what to do, when a part that the build makes is missing */
export async function requireBuilt(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    throw new Error(`${path} is missing; run "npm run build" in the project's folder first.`, {
      cause: error,
    });
  }
}
