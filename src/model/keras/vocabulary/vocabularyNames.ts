/** The name of a model's file without its extension. */
function stemOf(modelName: string): string {
  return modelName.replace(/\.(keras|h5|hdf5)$/i, '');
}

/** The name under which a model's tokenizer is written beside it. */
export function tokenizerNameBeside(modelName: string): string {
  return `${stemOf(modelName)}.tokenizer.json`;
}

/** Names of files in a model's folder that may hold its vocabulary, the most likely first. */
export function vocabularyNamesBeside(modelName: string): string[] {
  const stem = stemOf(modelName);
  const kinds = ['tokenizer.json', 'vocabulary.json', 'vocab.json', 'characters.json', 'characters.txt'];
  return [...kinds.map((kind) => `${stem}.${kind}`), ...kinds, 'word_index.json', 'chars.json', 'chars.txt'];
}
