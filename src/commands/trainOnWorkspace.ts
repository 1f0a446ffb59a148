/** *Train on Workspace*: shows which files would be read, trains, says whether it helped, and uses the better model. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { unlessCancelled, withCancelButton } from '../editor/shownWork';
import type { TrainingSettings } from '../editor/configuration';
import { inform, UntrustedError } from '../editor/notifications';
import type { Parts } from '../editor/parts';
import type { StartingPoint } from '../editor/personalModel';
import { trainableFolders } from '../editor/trainableFolders';
import { afreshText, leftOutLines, planFault, planOrigin, planSummary } from '../editor/planTexts';
import { progressIncrements } from '../editor/progressIncrements';
import { resultText } from '../editor/resultText';
import { trainingJob } from '../editor/trainingJob';
import { inEnglish } from '../editor/translate';
import { asError } from '../protocol/asError';
import type { DoneEvent, TrainingPlan } from '../protocol/trainerEvents';
import { trainerNode } from '../trainer/native/trainerNode';
import { planTraining } from '../trainer/planClient';
import { reportProblems } from './reportProblems';

interface TrainArguments {
  /** False starts without showing the files first, e.g. from a key binding or a test. */
  readonly preview?: boolean;
  /** Starts from the base model although this workspace has a model. */
  readonly afresh?: boolean;
}

/** @returns the result; undefined when the user cancelled before the training started */
export async function trainOnWorkspace(
  parts: Parts,
  { preview = true, afresh = false }: TrainArguments = {},
): Promise<DoneEvent | undefined> {
  const folders = foldersToTrainOn();
  parts.training.requireIdle(vscode.l10n.t('A training is running already; cancel it first.'));
  const { values: settings, problems } = parts.configuration.training();
  reportProblems(problems);
  const startingPoint = (fromBase: boolean) =>
    parts.model.startingPoint(settings, parts.baseModel.path, fromBase);
  let start = await startingPoint(afresh);
  if (preview) {
    const job = {
      ...trainingJob(parts, folders, settings, start),
      modelPath: parts.model.path,
      resumePath: await parts.model.resumePath(),
    };
    const plan = await unlessCancelled(vscode.l10n.t('Looking for texts to learn from…'), (signal) =>
      planTraining({ processPath: parts.paths.trainer, job }, signal),
    );
    const hasBase = async () => (await startingPoint(true)).fits;
    const chosen = plan && (await confirmPlan(parts, plan, hasBase));
    if (chosen === null) {
      return undefined;
    }
    start = await startingPoint(afresh || chosen === 'afresh');
  }
  const done = await trainWithProgress(parts, settings, start);
  if (done.modelPath !== null) {
    await parts.model.load();
  }
  const isInUse = parts.model.path === done.modelPath;
  const result = resultText(vscode.l10n.t, done, isInUse);
  parts.training.conclude(result);
  inform(result, {
    label: vscode.l10n.t('Show Curve'),
    press: () => {
      parts.panel.showTraining();
    },
  });
  parts.log.info(resultText(inEnglish, done, isInUse));
  return done;
}

function foldersToTrainOn(): string[] {
  if (!vscode.workspace.isTrusted) {
    throw new UntrustedError(
      vscode.l10n.t('Training reads all texts of the workspace, so it needs a trusted one.'),
    );
  }
  const folders = trainableFolders();
  if (folders.length === 0) {
    throw new Error(
      (vscode.workspace.workspaceFolders ?? []).length === 0
        ? vscode.l10n.t(
            'There is no folder to train on; open one with File: Open Folder. Ghost text works without it.',
          )
        : vscode.l10n.t(
            'The workspace lies in a virtual file system, which training cannot read; open a folder on a disk.',
          ),
    );
  }
  return folders.map(({ uri }) => uri.fsPath);
}

interface PlanItem extends vscode.QuickPickItem {
  readonly action?: 'start' | 'afresh' | 'list';
}

/**
 * The user's choice; null is not to train. The list of choices is shown again over the file list, so that the user can read the list
 * and then decide.
 */
async function confirmPlan(
  parts: Parts,
  plan: TrainingPlan,
  hasBase: () => Promise<boolean>,
): Promise<'start' | 'afresh' | null> {
  const { t } = vscode.l10n;
  const items: PlanItem[] = [];
  const fault = planFault(t, plan);
  if (fault === null) {
    items.push({
      label: t('Start Training'),
      iconPath: new vscode.ThemeIcon('play'),
      description: planSummary(t, plan),
      detail: planOrigin(t, plan) ?? '',
      action: 'start',
    });
  }
  if (fault === null && plan.continues !== null) {
    items.push({
      label: t('Train Afresh'),
      iconPath: new vscode.ThemeIcon('refresh'),
      detail: afreshText(t, await hasBase()),
      action: 'afresh',
    });
  }
  items.push({
    label: t('Show File List'),
    iconPath: new vscode.ThemeIcon('list-unordered'),
    action: 'list',
  });
  const leftOut = leftOutLines(t, plan);
  if (plan.files.length === 0 && leftOut.length === 0) {
    throw new Error(t('There is no text to learn from in this workspace; write and save some first.'));
  }
  if (leftOut.length > 0) {
    items.push({ label: t('Left out'), kind: vscode.QuickPickItemKind.Separator });
    items.push(
      ...leftOut.map(({ count, reason }) => ({
        label: String(count),
        description: reason,
        action: 'list' as const,
      })),
    );
  }
  for (;;) {
    const chosen = await vscode.window.showQuickPick(items, {
      title: t('Train on Workspace'),
      placeHolder: fault ?? t('Everything stays on this machine.'),
      ignoreFocusOut: true,
    });
    if (chosen?.action !== 'list') {
      return chosen?.action ?? null;
    }
    await parts.fileLists.show(plan);
  }
}

/** Awaits everything else before the progress is shown, so that its Cancel always finds a training to cancel. */
async function trainWithProgress(
  parts: Parts,
  settings: TrainingSettings,
  start: StartingPoint,
): Promise<DoneEvent> {
  // The present folders, for which the model is stored: they may have changed during the preview.
  const folders = foldersToTrainOn();
  const { places, forgetUnused } = await parts.model.places();
  try {
    const node = await trainerNode(settings.engine, parts.paths.webgpu);
    return await withCancelButton(
      vscode.l10n.t('Understudy is training'),
      () => {
        parts.training.cancel();
      },
      (progress) => {
        const increment = progressIncrements();
        return parts.training.train(
          {
            ...trainingJob(parts, folders, settings, start),
            ...places,
            split: null,
            kernelPath: parts.paths.kernel,
            nativeFolders: [parts.paths.native, parts.paths.webgpu],
            engineTimingsPath: join(parts.paths.native, '..', 'engine-timings.json'),
          },
          node,
          (message, reached) => {
            progress.report({ message, increment: increment(reached) });
          },
        );
      },
    );
  } finally {
    // How the training ended is what the user has to know.
    await forgetUnused().catch((error: unknown) => {
      parts.log.warn(asError(error).message);
    });
  }
}
