/**
 * Sentences in notifications, which may hold words of a stranger. VS Code cuts one that has no button to a single line, so what may be
 * longer has one. Questions are asked in dialogs, which make no links.
 */
import * as vscode from 'vscode';
import { asError } from '../protocol/asError';
import { failureText } from './failureText';
import { shownSentence } from './shownSentence';
import { withoutLinks } from './withoutLinks';

interface Button {
  readonly label: string;
  readonly press: () => unknown;
}

export function inform(sentence: string, button = ok()): void {
  void vscode.window.showInformationMessage(withoutLinks(sentence), button.label).then(pressed(button));
}

export function warn(sentence: string, button = ok()): void {
  void vscode.window.showWarningMessage(withoutLinks(sentence), button.label).then(pressed(button));
}

export function alarm(sentence: string, button: Button): void {
  void vscode.window.showErrorMessage(withoutLinks(sentence), button.label).then(pressed(button));
}

/** What was asked for needs a trusted workspace. */
export class UntrustedError extends Error {}

/** Logs what went wrong, and shows it as its sentence, with the button that helps. */
export function showFailure(thrown: unknown, log: vscode.LogOutputChannel): void {
  const error = asError(thrown);
  log.error(failureText(error));
  const { t } = vscode.l10n;
  alarm(
    shownSentence(error.message),
    error instanceof UntrustedError
      ? {
          label: t('Manage Workspace Trust'),
          press: () => vscode.commands.executeCommand('workbench.trust.manage'),
        }
      : {
          label: t('Show Log'),
          press: () => {
            log.show(true);
          },
        },
  );
}

/** Asks before something is done. Resolves with whether the user presses the button, and not Cancel. */
export async function agrees(question: string, button: string, detail: string): Promise<boolean> {
  return (await vscode.window.showInformationMessage(question, { modal: true, detail }, button)) === button;
}

/** The same before something is lost or given away. */
export async function agreesToRisk(question: string, button: string, detail = ''): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

const ok = (): Button => ({ label: vscode.l10n.t('OK'), press: () => undefined });

const pressed =
  ({ label, press }: Button) =>
  (chosen: string | undefined): unknown =>
    chosen === label ? press() : undefined;
