/** Builds the parts of the extension and wires them. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { registerCommands } from './commands/registerCommands';
import { textToJoin } from './completion/cursorPlace';
import { GeneratorClient } from './completion/generatorClient';
import { GHOST_TEXT_SELECTOR, InlineCompletionProvider } from './editor/inlineCompletionProvider';
import { BaseModelInUse } from './editor/baseModelInUse';
import { Configuration } from './editor/configuration';
import { FileListDocuments } from './editor/fileListDocuments';
import { FollowedModels } from './editor/followedModels';
import { Generation } from './editor/generation';
import { offerRemoval } from './editor/installing';
import { interruptedTraining } from './editor/interruptedTraining';
import { maskedModelLine } from './editor/languageModelLines';
import { LastTextEditor } from './editor/lastTextEditor';
import { learningFromUse } from './editor/learningFromUse';
import { alarm, showFailure } from './editor/notifications';
import { PanelHost } from './editor/panelHost';
import type { ProductPaths } from './editor/parts';
import { PersonalModel } from './editor/personalModel';
import { RefinedSuggestions } from './editor/refinedSuggestions';
import { isSecretDocument } from './editor/secretDocument';
import { setContext } from './editor/setContext';
import { shownSentence } from './editor/shownSentence';
import { StatusBar } from './editor/statusBar';
import { SuggestionWatch } from './editor/suggestionWatch';
import { trainableFolders } from './editor/trainableFolders';
import { trainingJob } from './editor/trainingJob';
import { TrainingSession } from './editor/trainingSession';
import { WorkspaceReader } from './editor/workspaceReader';
import { asError } from './protocol/asError';
import { BaseModel } from './trainer/baseModel';
import { ModelStore } from './trainer/modelStore';
import { shippedFiles } from './trainer/shippedFiles';
import { planTraining } from './trainer/planClient';

let generator: GeneratorClient | null = null;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('Understudy', { log: true });
  context.subscriptions.push(log);
  const stored = (name: string): string => join(context.globalStorageUri.fsPath, name);
  const paths: ProductPaths = {
    ...shippedFiles(context.extensionPath),
    native: stored('native'),
    webgpu: stored('webgpu'),
    llama: stored('llama'),
    onnx: stored('onnx'),
  };
  const offerRemovals = (): void => {
    [paths.native, paths.webgpu, paths.llama, paths.onnx].forEach(offerRemoval);
  };
  offerRemovals();
  const configuration = new Configuration(log);
  const modelsFolder = stored('models');
  generator = new GeneratorClient({
    workerPath: paths.generator,
    kernelPath: paths.kernel,
    baseModelPath: paths.baseModel,
    tokenizerPath: paths.tokenizer,
    isSecret: isSecretDocument,
    onFilesLost: () => {
      void reader.startAfresh();
    },
    onGivenUp: (detail) => {
      status.tell({ generator: { stopped: shownSentence(detail) }, model: null });
    },
    onLog: (line) => {
      log.info(line);
    },
    onStatus: (report) => {
      log.info(report.message);
      (report.model === 'half' ? languageModel : maskedModel).heard(report);
    },
  });
  const watch = new SuggestionWatch(log);
  const status = new StatusBar(configuration, watch);
  const training = new TrainingSession(paths.trainer, log);
  const store = new ModelStore(modelsFolder);
  const workspaceUris = (): string[] => trainableFolders().map(({ uri }) => uri.toString());
  const lookForInterrupted = (): void => {
    const folders = vscode.workspace.isTrusted ? workspaceUris() : [];
    interruptedTraining(store, folders, context.workspaceState, () => status.hasNews).then(
      (interrupted) => {
        status.tell({ interrupted });
        training.noteInterrupted(interrupted !== null);
        void setContext('understudy.wasInterrupted', interrupted !== null);
      },
      (error: unknown) => {
        log.error(asError(error));
      },
    );
  };
  const model = new PersonalModel(store, generator, { t: vscode.l10n.t, folders: workspaceUris }, () => {
    lookForInterrupted();
    void setContext('understudy.hasModel', model.isStored);
    const { description } = model;
    const shown = description === null ? null : shownSentence(description);
    status.tell({ generator: 'ready', model: shown, hasPersonalModel: model.path !== null });
    panel.refresh();
  });
  const baseModel = new BaseModelInUse(new BaseModel(modelsFolder, paths), generator, () => {
    void setContext('understudy.hasImportedBase', baseModel.isImported);
  });
  const refined = new RefinedSuggestions(generator, watch, log);
  const modelsChanged = (): void => {
    const [half, masked] = [languageModel.state, maskedModel.state];
    refined.refiner.turn(({ document }) => half !== null || (masked !== null && textToJoin(document) !== ''));
    status.tell({ languageModel: half, maskedAway: maskedModelLine(vscode.l10n.t, masked) });
    panel.refresh();
  };
  const models = new FollowedModels(context, generator, paths, modelsChanged, log);
  const { languageModel, languageModelKeys, maskedModel } = models;
  const generation = new Generation(generator);
  const fileLists = new FileListDocuments();
  const lastEditor = new LastTextEditor();
  const panel = new PanelHost(
    context.extensionUri,
    generator,
    configuration,
    training,
    lastEditor,
    models,
    log,
  );
  const reader = new WorkspaceReader(
    generator,
    (folders, maxTotalBytes, signal) => {
      const settings = { ...configuration.training().values, maxTotalBytes };
      // The live model is read whole, whatever a training has read.
      const start = { path: null, fits: false };
      const job = trainingJob({ configuration, baseModel, paths }, folders, settings, start);
      return planTraining(
        { processPath: paths.trainer, job: { ...job, modelPath: null, resumePath: null } },
        signal,
      );
    },
    configuration,
    log,
  );
  const provider = new InlineCompletionProvider(
    generator,
    (document) => configuration.completion(document),
    watch,
    learningFromUse(context, watch),
    refined.refiner,
    log,
  );
  context.subscriptions.push(
    watch,
    status,
    training,
    refined,
    models,
    generation,
    fileLists,
    lastEditor,
    panel,
    reader,
    vscode.languages.registerInlineCompletionItemProvider(GHOST_TEXT_SELECTOR, provider),
    registerCommands({
      log,
      configuration,
      generation,
      model,
      baseModel,
      languageModel,
      languageModelKeys,
      maskedModel,
      training,
      fileLists,
      status,
      watch,
      lastEditor,
      panel,
      paths,
    }),
    // Another window may have installed or removed something meanwhile, or trained on the same folders.
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) {
        offerRemovals();
        void model.isStillStored();
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      void loadModel(model, status, log);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(lookForInterrupted),
    training.onDidChange(() => {
      const { phase, progress, activity } = training;
      if (phase === 'idle') {
        lookForInterrupted();
      }
      status.tell({ training: phase === 'idle' ? null : { progress, paused: phase === 'paused', activity } });
    }),
  );
  panel.restore();
  await startBase(baseModel, log);
  await loadModel(model, status, log);
  models.follow();
  void reader.start();
}

export async function deactivate(): Promise<void> {
  await generator?.dispose();
}

/** Tells the user of an imported base model that cannot be used, perhaps since an update; ghost text goes on with the shipped one. */
async function startBase(baseModel: BaseModelInUse, log: vscode.LogOutputChannel): Promise<void> {
  try {
    await baseModel.start();
  } catch (error) {
    const { message } = asError(error);
    log.error(message);
    const { t } = vscode.l10n;
    alarm(
      t(
        'The base model that you imported cannot be used, so the one that comes with Understudy is used instead. {0}',
        shownSentence(message),
      ),
      {
        label: t('Use Shipped Base Model'),
        press: () => vscode.commands.executeCommand('understudy.useShippedBaseModel'),
      },
    );
  }
}

/** Tells the user of a damaged model; ghost text goes on without it. */
async function loadModel(
  model: PersonalModel,
  status: StatusBar,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    await model.load();
    log.info(`Ready: ${model.description ?? 'no personal model'}.`);
  } catch (error) {
    const failed = shownSentence(asError(error).message);
    status.tell({ generator: { failed }, model: null, hasPersonalModel: false });
    showFailure(error, log);
  }
}
