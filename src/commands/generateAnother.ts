import type { GeneratedText } from '../editor/generation';
import type { Parts } from '../editor/parts';
import { reportProblems } from './reportProblems';

/** *Replace with Another Sample*: replaces the last generated text by another sample. */
export async function generateAnother({ generation, configuration }: Parts): Promise<GeneratedText> {
  const { values, problems } = configuration.sampling();
  reportProblems(problems);
  return generation.another(values);
}
