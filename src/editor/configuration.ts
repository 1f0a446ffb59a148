/** Reads and writes `understudy.*`; an invalid value is corrected, and logged once. */
import * as vscode from 'vscode';
import type { SamplingOptions } from '../model/samplingOptions';
import { suitedLayers } from '../protocol/suitedTraining';
import type { TrainingOptions } from '../protocol/trainerProtocol';
import { enablementProblem, isEnabled, parseEnablement, type Enablement } from './enablement';
import { globsThatAreOn } from './excludeGlobs';
import { cellOf } from './generatorDocument';
import type { CompletionSettings } from './inlineCompletionProvider';
import { oldEncoding } from './oldEncoding';
import { describeProblem, parseSetting, type SettingName, type SettingValue } from './settings';

/** Settings read together, and sentences about the invalid ones. */
interface ReadSettings<T> {
  readonly values: T;
  readonly problems: readonly string[];
}

export type TrainingSettings = Pick<
  TrainingOptions,
  | 'seconds'
  | 'engine'
  | 'threads'
  | 'onBattery'
  | 'maxMemoryMegabytes'
  | 'architecture'
  | 'attention'
  | 'numLayers'
  | 'hiddenSize'
  | 'embeddingSize'
> & { readonly maxTotalBytes: number };

export class Configuration {
  private readonly told = new Set<string>();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  get<Name extends SettingName>(
    name: Name,
    document?: vscode.TextDocument,
    problems?: string[],
  ): SettingValue<Name> {
    const { value, problem } = parseSetting(name, section(document).get<unknown>(name));
    if (problem !== null) {
      const sentence = describeProblem(vscode.l10n.t, problem);
      this.warnOnce(sentence);
      problems?.push(sentence);
    }
    return value;
  }

  enablement(document?: vscode.TextDocument): Enablement {
    const given = section(document).get<unknown>('enable');
    const problem = enablementProblem(vscode.l10n.t, given);
    if (problem !== null) {
      this.warnOnce(problem);
    }
    return parseEnablement(given);
  }

  completion(document: vscode.TextDocument): CompletionSettings {
    return {
      enabled: isEnabled(this.enablement(document), document.languageId),
      eagerness: this.get('eagerness', document),
      multiline: this.get('multiline', document),
      midLineInCode: this.get('midLineInCode', document),
      maxNewTokens: this.get('maxNewTokens', document),
    };
  }

  sampling(): ReadSettings<SamplingOptions> {
    const problems: string[] = [];
    const read = <Name extends SettingName>(name: Name) => this.get(name, undefined, problems);
    return {
      values: {
        repetitionPenalty: read('sampling.repetitionPenalty'),
        temperature: read('sampling.temperature'),
        topK: read('sampling.topK'),
        topP: read('sampling.topP'),
        minP: read('sampling.minP'),
        greedy: read('sampling.greedy'),
        beamWidth: read('sampling.beamWidth'),
        seed: read('sampling.seed'),
        maxNewTokens: read('sampling.maxNewTokens'),
      },
      problems,
    };
  }

  training(): ReadSettings<TrainingSettings> {
    const problems: string[] = [];
    const read = <Name extends SettingName>(name: Name) => this.get(name, undefined, problems);
    const architecture = read('model.architecture');
    return {
      values: {
        seconds: read('training.seconds'),
        engine: read('training.engine'),
        threads: read('training.threads'),
        onBattery: read('training.onBattery'),
        maxMemoryMegabytes: read('training.maxMemoryMegabytes'),
        architecture,
        attention: read('model.attention'),
        numLayers: suitedLayers(architecture, read('model.numLayers')),
        hiddenSize: read('model.hiddenSize'),
        embeddingSize: read('model.embeddingSize'),
        maxTotalBytes: read('training.maxTotalMegabytes') * 1024 * 1024,
      },
      problems,
    };
  }

  /** VS Code's exclude globs that are on in any of the workspace's folders. */
  excludeGlobs(): string[] {
    const globs = new Set<string>();
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const configuration = vscode.workspace.getConfiguration(undefined, folder);
      for (const name of ['files.exclude', 'search.exclude']) {
        for (const glob of globsThatAreOn(configuration.get<unknown>(name))) {
          globs.add(glob);
        }
      }
    }
    return [...globs];
  }

  /** See {@link oldEncoding}. @param folder absolute path */
  oldEncodingIn(folder: string): string {
    const uri = vscode.Uri.file(folder);
    const read = (scope: vscode.ConfigurationScope) => vscode.workspace.getConfiguration('files', scope);
    const { languageIds = [] } = read(uri).inspect<unknown>('encoding') ?? {};
    return oldEncoding(
      read(uri).get<unknown>('encoding'),
      languageIds.map((languageId) => read({ uri, languageId }).get<unknown>('encoding')),
    );
  }

  /** Writes to the scope that holds the value in force, so that the change takes effect. */
  async update(name: SettingName | 'enable', value: unknown, document?: vscode.TextDocument): Promise<void> {
    const configuration = section(document);
    const places = configuration.inspect(name);
    const target =
      places?.workspaceFolderValue !== undefined
        ? vscode.ConfigurationTarget.WorkspaceFolder
        : places?.workspaceValue !== undefined
          ? vscode.ConfigurationTarget.Workspace
          : vscode.ConfigurationTarget.Global;
    await configuration.update(name, value, target);
  }

  /** Returns to the default: removes the workspace's value and also the user's, which would take its place. */
  async reset(name: SettingName): Promise<void> {
    const configuration = section(undefined);
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const { globalValue, workspaceValue } = configuration.inspect(name) ?? {};
    for (const [value, target] of [
      [globalValue, Global],
      [workspaceValue, Workspace],
    ] as const) {
      if (value !== undefined) {
        await configuration.update(name, undefined, target);
      }
    }
  }

  private warnOnce(problem: string): void {
    if (!this.told.has(problem)) {
      this.told.add(problem);
      this.log.warn(problem);
    }
  }
}

function section(document: vscode.TextDocument | undefined): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('understudy', document === undefined ? null : scopeOf(document));
}

/** By the name of a cell, or of the commit message box, VS Code finds no folder, and so none of the folder's settings. */
function scopeOf(document: vscode.TextDocument): vscode.ConfigurationScope {
  const { uri, languageId } = document;
  const repository = uri.scheme === 'vscode-scm' ? new URLSearchParams(uri.query).get('rootUri') : null;
  return {
    uri: repository === null ? (cellOf(document)?.notebook.uri ?? uri) : vscode.Uri.parse(repository),
    languageId,
  };
}
