/** The masked model that ranks suggestions when text follows the cursor, chosen by the absolute path of its folder. */
import { basename, join } from 'node:path';
import type { GeneratorClient } from '../completion/generatorClient';
import { ChosenModel, type ModelState, type ModelSurroundings } from './chosenModel';

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
    return this.take(folder, this.open(folder));
  }

  /** ONNX Runtime's process reads the other files. */
  protected fileOf(folder: string): string {
    return join(folder, 'tokenizer.json');
  }

  private async open(folder: string | null): Promise<ModelState<string> | null> {
    if (folder === null) {
      await this.generator.loadMasked(null);
      return null;
    }
    const loading = this.generator.loadMasked({ folder, modulePath: this.onnxFolder });
    const { description } = await this.watched(folder, loading);
    return { choice: folder, description, away: null };
  }
}
