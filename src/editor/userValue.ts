/** The user's own value of a setting, by its full name; that of a workspace does not count. */
import * as vscode from 'vscode';

export function userValue(setting: string): unknown {
  return vscode.workspace.getConfiguration().inspect(setting)?.globalValue;
}

/** @param value undefined takes it back */
export async function setUserValue(setting: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global);
}
