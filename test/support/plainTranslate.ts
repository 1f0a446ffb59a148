/** What `vscode.l10n.t` does in English: puts the arguments in the places of their numbers. */
export function plainTranslate(message: string, ...args: (string | number | boolean)[]): string {
  return message.replace(/\{(\d+)\}/g, (place, index: string) => String(args[Number(index)] ?? place));
}
