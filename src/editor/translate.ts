/** `vscode.l10n.t`, handed to the parts that make texts so that they run without VS Code. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;
