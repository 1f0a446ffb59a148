/** The window that the personal model works with. */
import * as vscode from 'vscode';
import type { PersonalModelSurroundings } from './personalModel';
import { trainableFolders } from './trainableFolders';

const STORED_CONTEXT = 'understudy.hasModel';
const INTERRUPTED_CONTEXT = 'understudy.wasInterrupted';

export const personalModelWindow: PersonalModelSurroundings = {
  t: vscode.l10n.t,
  folders: () => trainableFolders().map(({ uri }) => uri.toString()),
};

/** Sets the context key by which VS Code offers the commands that need a model. */
export function offerModelCommands(isStored: boolean): void {
  void vscode.commands.executeCommand('setContext', STORED_CONTEXT, isStored);
}

/** Sets the context key by which VS Code offers to delete what an interrupted training has kept. */
export function offerInterruptedDeletion(wasInterrupted: boolean): void {
  void vscode.commands.executeCommand('setContext', INTERRUPTED_CONTEXT, wasInterrupted);
}
