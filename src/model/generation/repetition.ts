/** Longest unit, in tokens, whose repeats are noticed. */
const MAX_PERIOD = 24;
/** Repeats of a unit that count as a loop, and the tokens they must span, so that `...` and `aaa` pass. */
const REPEATS = 3;
const MIN_SPAN = 9;

/** Whether the tokens end in a loop: in a unit repeated {@link REPEATS} times or more, over at least {@link MIN_SPAN} tokens. */
export function endsInLoop(tokens: ArrayLike<number>): boolean {
  for (let period = 1; period <= MAX_PERIOD; period++) {
    const span = Math.max(REPEATS * period, MIN_SPAN);
    if (span > tokens.length) {
      return false;
    }
    let same = true;
    for (let i = tokens.length - span + period; same && i < tokens.length; i++) {
      same = tokens[i] === tokens[i - period];
    }
    if (same) {
      return true;
    }
  }
  return false;
}
