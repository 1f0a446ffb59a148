/** The masked model that ranks suggestions when text follows the cursor, chosen by the absolute path of its folder. */
import { basename, join } from 'node:path';
import type { GeneratorClient } from '../completion/generatorClient';
import { ChosenModel, type ModelSurroundings } from './chosenModel';

export class MaskedModel extends ChosenModel<string> {
  protected readonly nameOf = basename;

  /** @param onnxFolder where ONNX Runtime is installed, if it is */
  constructor(
    private readonly generator: Pick<GeneratorClient, 'loadMasked'>,
    private readonly onnxFolder: string,
    surroundings: ModelSurroundings<string>,
    onDidChange: () => void,
  ) {
    super(surroundings, onDidChange);
  }

  protected use(folder: string | null): Promise<boolean> {
    const masked = folder === null ? null : { folder, modulePath: this.onnxFolder };
    return this.take(folder, this.generator.loadMasked(masked));
  }

  /** ONNX Runtime's process reads the other files. */
  protected fileOf(folder: string): string {
    return join(folder, 'tokenizer.json');
  }
}
