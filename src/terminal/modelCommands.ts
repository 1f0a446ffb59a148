/** The `model` commands: list, show, export, import, base, delete. */
import { resolve } from 'node:path';
import { describeNetwork } from '../model/networkConfig';
import { realRoot } from '../trainer/corpus/scanFolders';
import { isFolder } from '../trainer/isFolder';
import { ExistsError, isKey, type StoredModel } from '../trainer/modelStore';
import { defineCommand, type Command } from './command';
import { UsageError } from './commandLine';
import { baseModel, keyOf, modelStore, realFolder } from './keptModels';
import { productPaths } from './productPaths';
import { formatBytes, onOneLine } from './progressLine';
import { formatCount, formatNumber } from './trainingProgress';
import { asArgument } from './tryCommand';

const place = { names: ['FOLDER'], required: 0 } as const;
const orKey = 'a key from "model list" works, too.';
const details = `FOLDER is the current folder unless given; ${orKey}`;
const json = { type: 'flag', help: 'prints JSON' } as const;

const list = defineCommand({
  name: 'model list',
  summary: 'Lists the models that are kept, newest first.',
  positionals: { names: [], required: 0 },
  options: { json },
  run: async (options, _positionals, terminal) => {
    const models = await modelStore().list();
    if (options.json) {
      terminal.write(`${JSON.stringify(models)}\n`);
      return;
    }
    for (const model of models) {
      const damaged = 'fault' in model.content ? '  (cannot be used)' : '';
      terminal.write(
        `${model.key}  ${formatBytes(model.bytes).padStart(9)}  ${foldersOf(model)}${damaged}\n`,
      );
    }
    if (models.length === 0) {
      terminal.note('No model is kept yet; "understudy train FOLDER" makes one.');
    }
  },
});

const show = defineCommand({
  name: 'model show',
  summary: 'Says what a model is and what it learned from.',
  details,
  positionals: place,
  options: { json },
  run: async (options, [folder = '.'], terminal) => {
    const model = await storedModel(folder);
    terminal.write(options.json ? `${JSON.stringify(model)}\n` : describeModel(model));
  },
});

const exportModel = defineCommand({
  name: 'model export',
  summary: 'Copies a model to a file; as a Keras model, to FILE.keras or FILE.h5.',
  details: `${details}\nA Keras model has its tokenizer written beside it; Keras loads it without custom objects.`,
  positionals: { names: ['FILE', 'FOLDER'], required: 1 },
  options: { force: { type: 'flag', help: 'replaces what is there already' } },
  run: async ({ force }, [file, folder = '.'], terminal) => {
    if (isKey(file) || (await isFolder(file))) {
      const what = isKey(file) ? 'the key of a model' : 'a folder';
      throw new UsageError(
        `FILE comes first, and ${file} is ${what}; write "understudy model export model.safetensors ${asArgument(file)}" to export its model.`,
      );
    }
    const { key } = await storedModel(folder);
    const written = await exportTo(key, resolve(file), force);
    terminal.write(`${written.join('\n')}\n`);
  },
});

const importModel = defineCommand({
  name: 'model import',
  summary: 'Makes a model file the model of a folder; also a Keras model in the layout of "model export".',
  details,
  positionals: { names: ['FILE', 'FOLDER'], required: 1 },
  options: {},
  run: async (_options, [file, folder = '.'], terminal) => {
    const store = modelStore();
    const key = await keyOf(folder);
    // A model for a folder that is none would never be used.
    const root = key === folder ? null : await realRoot(folder);
    await store.importFrom(key, resolve(file), terminal.product.tokenizer);
    const { modelPath } = root === null ? store.places(key) : await store.remember([root]);
    terminal.write(`${modelPath}\n`);
  },
});

const base = defineCommand({
  name: 'model base',
  summary: 'Says which base model is used; with FILE, uses that one on this machine from now on.',
  details:
    'FILE is a model of Understudy, or a Keras model in the layout of "model export". A language model of another layout is\n' +
    'mixed in with --half instead.',
  positionals: { names: ['FILE'], required: 0 },
  options: { shipped: { type: 'flag', help: 'returns to the one that comes with Understudy' } },
  run: async ({ shipped }, [file], terminal) => {
    const model = baseModel(productPaths(terminal.product.root));
    if (shipped && file !== undefined) {
      throw new UsageError('model base takes FILE or --shipped, not both.');
    }
    if (file !== undefined) {
      await model.importFrom(resolve(file));
    } else if (shipped) {
      await model.removeImported();
    }
    terminal.write(`${model.path ?? 'none'}${model.isImported ? '' : ' (shipped)'}\n`);
  },
});

const deleteModel = defineCommand({
  name: 'model delete',
  summary: 'Deletes the model of a folder, and what an interrupted training has kept.',
  details: `FOLDER is the one whose model is deleted; ${orKey}`,
  positionals: { names: ['FOLDER'], required: 1 },
  options: {},
  run: async (_options, [folder]) => {
    const store = modelStore();
    const key = await keyOf(folder);
    if ((await store.interruptedAt(key)) === null) {
      await storedModel(folder);
    }
    await store.delete(key);
  },
});

export const MODEL_COMMANDS: readonly Command[] = [list, show, exportModel, importModel, base, deleteModel];

async function storedModel(folder: string): Promise<StoredModel> {
  const model = await modelStore().show(await keyOf(folder));
  if (model === null) {
    throw new Error(
      `There is no model for ${isKey(folder) ? folder : await realFolder(folder)}; "understudy train" makes one, "understudy model list" shows those there are.`,
    );
  }
  return model;
}

async function exportTo(key: string, path: string, force: boolean): Promise<string[]> {
  try {
    return await modelStore().exportTo(key, path, force);
  } catch (error) {
    throw error instanceof ExistsError
      ? new Error(`${error.message} Choose another name, or replace it with --force.`, { cause: error })
      : error;
  }
}

function foldersOf({ folders }: StoredModel): string {
  return folders.length === 0 ? '(folder not known)' : folders.map(onOneLine).join(', ');
}

function describeModel(model: StoredModel): string {
  const lines = [
    ['folder', foldersOf(model)],
    ['file', `${model.modelPath}, ${formatBytes(model.bytes)}`],
  ];
  if ('fault' in model.content) {
    lines.push(['fault', model.content.fault]);
  } else {
    const { config, training } = model.content;
    lines.push(['network', `${describeNetwork(config)}, vocabulary ${config.vocabSize}`]);
    if (training.trainedAt !== undefined) {
      lines.push(['trained', training.trainedAt]);
    }
    if (training.files !== undefined && training.bytes !== undefined) {
      lines.push(['from', `${formatCount(training.files, 'file')}, ${formatBytes(training.bytes)}`]);
    }
    if (training.steps !== undefined) {
      lines.push(['steps', formatNumber(training.steps)]);
    }
    if (training.engine !== undefined) {
      lines.push(['engine', training.engine]);
    }
    const { bitsPerByteBefore: before, bitsPerByteAfter: after } = training.heldOut ?? {};
    if (after !== undefined) {
      const from = before === undefined ? '' : `${before.toFixed(3)} → `;
      lines.push(['held-out', `${from}${after.toFixed(3)} bits per byte`]);
    }
  }
  return lines.map(([name, value]) => `${name.padEnd(9)} ${value}\n`).join('');
}
