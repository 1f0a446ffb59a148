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

/** @throws Error whose message is for the user, when the tool is not built or the model cannot be loaded; the signal's reason when it aborts */
export async function withGenerator<T>(
  terminal: Terminal,
  content: GeneratorContent,
  use: (generator: GeneratorClient) => Promise<T>,
): Promise<T> {
  const { product, note } = terminal;
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
      generator.learnFiles(content.files).catch((error: unknown) => {
        note(`The texts could not be learned again. ${String(error)}`);
      });
    },
  });
  try {
    await prepare(generator, content, terminal);
    return await use(generator);
  } finally {
    await generator.dispose();
  }
}

/** Has a generator know the content. It is ended as soon as the signal aborts, as a large language model takes minutes to open. */
async function prepare(
  generator: GeneratorClient,
  { modelPath, files, half = null }: GeneratorContent,
  { signal, note }: Terminal,
): Promise<void> {
  signal.throwIfAborted();
  const end = (): void => {
    void generator.dispose();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await generator.loadModel(modelPath);
    await generator.learnFiles(files);
    if (half !== null) {
      const { description, away } = await generator.loadHalf(half);
      note(away === null ? `With ${description}.` : `${away} Until it answers, suggestions come without it.`);
    }
  } finally {
    signal.removeEventListener('abort', end);
    // In the place of what was ended by that.
    signal.throwIfAborted();
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
