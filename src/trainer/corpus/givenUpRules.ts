/** Which rules took too long: each save reads the rules anew, and would wait for them again while the editor stands still. */

/** Milliseconds after which they are tried once more: the machine may have been too busy. */
const GIVEN_UP_FOR = 10 * 60_000;
const givenUpUntil = new Map<string, number>();

/** @param key of rules and what was asked of them */
export function giveUp(key: string): void {
  givenUpUntil.set(key, performance.now() + GIVEN_UP_FOR);
}

/** @param key as above; made only where any are given up, as rules may be long */
export function isGivenUp(key: () => string): boolean {
  for (const [each, until] of givenUpUntil) {
    if (until <= performance.now()) {
      givenUpUntil.delete(each);
    }
  }
  return givenUpUntil.size > 0 && givenUpUntil.has(key());
}
