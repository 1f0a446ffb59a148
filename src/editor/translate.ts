/** `vscode.l10n.t`, passed to the parts that make texts so that these run without VS Code. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;
