import * as vscode from 'vscode';
import type { GeneratorDocument } from '../protocol/generatorProtocol';
import { isSecret } from '../trainer/corpus/fileNameRules';
import { holdsSecret } from '../trainer/corpus/secretForms';

/** Whether an open text may hold a password or key, by its name or by what stands around the cursor. */
export function isSecretDocument({ uri, prefix, suffix }: GeneratorDocument): boolean {
  return isSecret(vscode.Uri.parse(uri).path) || holdsSecret(prefix + suffix);
}
