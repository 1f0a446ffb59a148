/** `vscode.l10n.t`, passed to the parts that make texts so that these run without VS Code. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

/** For the log: puts the arguments in the places of their numbers. */
export const inEnglish: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (place, index: string) => String(args[Number(index)] ?? place));
