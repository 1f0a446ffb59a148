/** Reads a server's next-token probabilities from the several shapes in which servers write them. */
import * as v from 'valibot';

/** One of the likeliest next tokens. */
export interface TokenChoice {
  readonly bytes: Uint8Array;
  readonly probability: number;
}

/** One place of the continuation that the server wrote. */
export interface ChoicesAtPlace {
  /** The token that it wrote there; null when that is no text, only a part of a character, or too long. Never empty. */
  readonly text: string | null;
  /**
   * Likeliest first; their probabilities sum to at most one. Null where they belong to another place: for a character written in
   * several tokens, llama.cpp has a single entry, with the choices of the last of these tokens.
   */
  readonly choices: readonly TokenChoice[] | null;
}

/** Most choices at a place; a server that gives more was not asked for them. */
export const MOST_CHOICES = 100;
/** Most bytes of a token; no vocabulary has longer ones, and all choices are kept in memory. */
const LONGEST_TOKEN = 256;

const token = v.object({
  id: v.nullish(v.number()),
  token: v.string(),
  logprob: v.number(),
  bytes: v.nullish(v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)))),
});
const place = v.object({ ...token.entries, top_logprobs: v.array(v.unknown()) });
/** OpenAI's completions, vLLM, text-generation-webui. */
const legacy = v.object({
  tokens: v.array(v.string()),
  top_logprobs: v.array(v.nullable(v.record(v.string(), v.unknown()))),
});
/** OpenAI's chat, current llama.cpp. */
const content = v.object({ content: v.array(place) });

/**
 * The choices by place of the continuation, at most {@link MOST_CHOICES} each; empty when the answer has no probabilities in any
 * known shape. A token whose probability is not a number between 0 and 1 is left out.
 */
export function tokenChoices(answer: unknown): ChoicesAtPlace[] {
  const [first] = v.is(v.object({ choices: v.array(v.unknown()) }), answer) ? answer.choices : [];
  const logprobs = v.is(v.object({ logprobs: v.unknown() }), first) ? first.logprobs : undefined;
  if (v.is(content, logprobs)) {
    return logprobs.content.map((one) => {
      const listed = one.top_logprobs.filter((choice) => v.is(token, choice));
      return listed.some((choice) => isPartOf(choice, one))
        ? { text: textOf(one), choices: null }
        : atPlace(
            textOf(one),
            listed.map((choice) => [bytesOf(choice), Math.exp(choice.logprob)]),
          );
    });
  }
  if (v.is(legacy, logprobs)) {
    return logprobs.top_logprobs.map((choices, i) =>
      atPlace(
        textOf({ token: logprobs.tokens[i] ?? '' }),
        Object.entries(choices ?? {}).map(([text, logprob]) => [
          bytesOf({ token: text }),
          typeof logprob === 'number' ? Math.exp(logprob) : NaN,
        ]),
      ),
    );
  }
  return [];
}

function atPlace(
  text: string | null,
  pairs: readonly (readonly [Uint8Array | null, number])[],
): ChoicesAtPlace {
  const choices = pairs.flatMap(([bytes, probability]) =>
    bytes !== null &&
    bytes.length > 0 &&
    bytes.length <= LONGEST_TOKEN &&
    probability > 0 &&
    probability <= 1.01
      ? [{ bytes, probability }]
      : [],
  );
  const sum = choices.reduce((total, { probability }) => total + probability, 0);
  const scale = 1 / Math.max(1, sum);
  return {
    text,
    choices: choices
      .map(({ bytes, probability }) => ({ bytes, probability: probability * scale }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, MOST_CHOICES),
  };
}

interface Token extends Pick<v.InferOutput<typeof token>, 'token' | 'id'> {
  readonly bytes?: readonly number[] | null | undefined;
}

/** Whether `written` has the id of the choice but not its length: it is then a whole character, and the choice its last token. */
function isPartOf(choice: Token, written: Token): boolean {
  return choice.id != null && choice.id === written.id && choice.bytes?.length !== written.bytes?.length;
}

const REPLACEMENT = '\ufffd';
/** Marks of a text's or a turn's end and the like, which some servers, such as vLLM, name by their text; no document has them. */
const MARK =
  /^(?:<\|[\w-]{1,40}\|>|<｜[\w▁]{1,40}｜>|<\/?s>|<(?:bos|eos|pad|unk|start_of_turn|end_of_turn)>|\[(?:BOS|EOS|PAD|UNK)\])$/;
/** Stands for a token where vLLM was started with `--return-tokens-as-token-ids`. */
const TOKEN_ID = /^token_id:\d+$/;
const utf8 = new TextEncoder();

/** Null where the token is no text, or a part of a character and the server does not give its bytes. */
function bytesOf({ token: text, bytes }: Token): Uint8Array | null {
  if (MARK.test(text)) {
    return null;
  }
  // Some servers, such as Ollama, give the bytes of the mark that stands for a part of a character.
  if (bytes != null && !(text.includes(REPLACEMENT) && Buffer.from(text).equals(Uint8Array.from(bytes)))) {
    return Uint8Array.from(bytes);
  }
  // OpenAI's writing of bytes that are no text; those of ASCII characters stand as they are.
  if (/^bytes:.*\\x[0-9a-f]{2}/s.test(text)) {
    const latin1 = text
      .slice(6)
      .replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
    return Uint8Array.from(Buffer.from(latin1, 'latin1'));
  }
  return text.includes(REPLACEMENT) || TOKEN_ID.test(text) ? null : utf8.encode(text);
}

function textOf(one: Token): string | null {
  const bytes = bytesOf(one);
  try {
    return bytes === null || bytes.length === 0 || bytes.length > LONGEST_TOKEN
      ? null
      : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A part of a character.
    return null;
  }
}
