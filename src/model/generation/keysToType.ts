/** An input method needs a few letters for a syllable and one key for the choice; in longer words each character needs fewer. */
const KEYS_A_HAN_CHARACTER = 2;

/** One key for each character, more for a Han character; a run of white space counts once, since editors indent and formatters pad. */
export const keysToType = (text: string): number =>
  Array.from(text.replace(/\s{2,}/gu, ' ')).reduce(
    (keys, character) => keys + (/\p{Script=Han}/u.test(character) ? KEYS_A_HAN_CHARACTER : 1),
    0,
  );
