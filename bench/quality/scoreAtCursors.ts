/** Understudy's scores at the cursors where slow peers are asked: bits of the text there, keys saved, time. */
import { completeDocument } from '../../src/completion/completeDocument';
import { DocumentReader } from '../../src/completion/documentReader';
import { textAroundCursor } from '../../src/completion/textAroundCursor';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import type { MixtureModel, MixtureState } from '../../src/model/mixtureModel';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { languageIdOf } from '../../src/terminal/languageId';
import { sampleCursors, sampledText, scoreCursors, TAKES_WORDS, type SampleScore } from './sampledCursors';
import { toItsEnd } from '../../test/support/toItsEnd';

export interface CursorScore extends SampleScore {
  /** On the sampled stretches. */
  readonly bitsPerByte: number;
}

export async function scoreAtCursors(
  model: MixtureModel,
  tokenizer: Tokenizer,
  files: readonly TypedText[],
  cursors: number,
): Promise<CursorScore> {
  const stretches = sampleCursors(files, cursors);
  const reader = new DocumentReader(model, tokenizer);
  const at = ({ name }: TypedText, prefix: string) =>
    textAroundCursor(name, languageIdOf(name), prefix.length, (start, end) => prefix.slice(start, end));
  const score = await scoreCursors(stretches, (file, prefix) => {
    const completion = completeDocument(model, tokenizer, reader, {
      document: at(file, prefix),
      multiline: false,
      eagerness: DEFAULT_KEYSTROKES.eagerness,
      maxNewTokens: DEFAULT_KEYSTROKES.maxNewTokens,
      takesWords: TAKES_WORDS,
    });
    return toItsEnd(completion).insertText;
  });
  let bits = 0;
  let bytes = 0;
  const probs = new Float32Array(model.vocabSize);
  for (const stretch of stretches) {
    const { before, text } = sampledText(stretch);
    if (before === '') {
      continue;
    }
    const { uri, prefix } = at(stretch.file, before);
    let state: MixtureState = reader.moveTo(uri, prefix).states.at(-1)!;
    for (const tokenId of tokenizer.encode(text)) {
      model.predict(state, probs);
      bits -= Math.log2(Math.max(1e-38, probs[tokenId]));
      state = model.next(state, tokenId);
    }
    bytes += Buffer.byteLength(text);
  }
  return { ...score, bitsPerByte: bits / bytes };
}
