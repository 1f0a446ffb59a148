/** An input method takes a few letters of a syllable and a choice; words of several characters take fewer each. */
const KEYS_A_HAN_CHARACTER = 2;

/** One a character that a key stands for; a run of white space counts once, since editors indent and formatters pad. */
export const keysToType = (text: string): number =>
  Array.from(text.replace(/\s{2,}/gu, ' ')).reduce(
    (keys, character) => keys + (/\p{Script=Han}/u.test(character) ? KEYS_A_HAN_CHARACTER : 1),
    0,
  );
