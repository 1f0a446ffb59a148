/**
 * A sentence in which nothing is a link. In a notification, VS Code makes one of `[label](command:…)` and runs that command when it is
 * clicked; a stranger may have written it into the name of a file, a setting of the workspace, or what a server calls its model.
 */
export const withoutLinks = (sentence: string): string => sentence.replaceAll('](', '] (');
