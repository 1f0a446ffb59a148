/** What the commands work on; built once by `activate`. */
import type * as vscode from 'vscode';
import type { ShippedFiles } from '../trainer/shippedFiles';
import type { BaseModelInUse } from './baseModelInUse';
import type { Configuration } from './configuration';
import type { FileListDocuments } from './fileListDocuments';
import type { Generation } from './generation';
import type { LanguageModelHalf } from './languageModelHalf';
import type { LanguageModelKeys } from './languageModelKeys';
import type { LastTextEditor } from './lastTextEditor';
import type { MaskedModel } from './maskedModel';
import type { PanelHost } from './panelHost';
import type { PersonalModel } from './personalModel';
import type { StatusBar } from './statusBar';
import type { SuggestionWatch } from './suggestionWatch';
import type { TrainingSession } from './trainingSession';

export interface Parts {
  readonly log: vscode.LogOutputChannel;
  readonly configuration: Configuration;
  readonly generation: Generation;
  readonly model: PersonalModel;
  readonly baseModel: BaseModelInUse;
  readonly languageModel: LanguageModelHalf;
  readonly languageModelKeys: LanguageModelKeys;
  readonly maskedModel: MaskedModel;
  readonly training: TrainingSession;
  readonly fileLists: FileListDocuments;
  readonly status: StatusBar;
  readonly watch: SuggestionWatch;
  readonly lastEditor: LastTextEditor;
  readonly panel: PanelHost;
  readonly paths: ProductPaths;
}

/** Absolute paths of what the extension ships and of where it installs. */
export interface ProductPaths extends ShippedFiles {
  /** Where *Install Native Engine* installs; not shipped. */
  readonly native: string;
  /** Where *Install WebGPU Engine* installs; not shipped. */
  readonly webgpu: string;
  /** Where *Install llama.cpp* installs; not shipped. */
  readonly llama: string;
  /** Where *Install ONNX Runtime* installs; not shipped. */
  readonly onnx: string;
}
