/** LaTeX's environments, which `\end` closes in the order in which `\begin` opened them. */

/** Complete, or cut off by the end of the text. */
const ENDS = /\\(begin|end)\{([^{}\n]*)(\}|$)/g;

/** The environments that a text has opened and not closed, innermost last. */
export function openEnvironments(text: string): string[] {
  const open: string[] = [];
  for (const [, command, name, brace] of text.matchAll(ENDS)) {
    follow(open, command, name, brace);
  }
  return open;
}

/**
 * Where `text` ends, or has begun to end, another environment than the innermost; its length where it does not.
 * @param open environments open before the line, see {@link openEnvironments}; when none are, any may be ended
 * @param line the part of the line before `text`
 */
export function endOfEnvironments(open: readonly string[], line: string, text: string): number {
  const stack = [...open];
  for (const { 0: found, 1: command, 2: name, 3: brace, index } of (line + text).matchAll(ENDS)) {
    const innermost = stack.at(-1) ?? name;
    const agrees = brace === '' ? innermost.startsWith(name) : innermost === name;
    if (command === 'end' && !agrees && index + found.length > line.length) {
      return Math.max(0, index - line.length);
    }
    follow(stack, command, name, brace);
  }
  return text.length;
}

function follow(open: string[], command: string, name: string, brace: string): void {
  if (brace === '') {
    return;
  }
  if (command === 'begin') {
    open.push(name);
  } else {
    // An `\end` that closes nothing, as in a text about LaTeX, is skipped.
    const at = open.lastIndexOf(name);
    open.length = at < 0 ? open.length : at;
  }
}
