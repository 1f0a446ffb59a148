/** Connects learning from suggestions with VS Code, which stores its results and reports when a word is accepted. */
import type * as vscode from 'vscode';
import { SuggestionLearning, type Learned } from '../completion/suggestionLearning';
import type { SuggestionWatch } from './suggestionWatch';

/** How reliable suggestions are depends on this workspace's text. */
const CONFIDENCE_KEY = 'learnedFromSuggestions';
/** How a user accepts suggestions is a habit, the same in every workspace. */
const HABIT_KEY = 'takesWordsOfSuggestions';

export function learningFromUse(
  { workspaceState, globalState }: Pick<vscode.ExtensionContext, 'workspaceState' | 'globalState'>,
  { onDidTakeWord }: Pick<SuggestionWatch, 'onDidTakeWord'>,
): SuggestionLearning {
  const stored = {
    ...workspaceState.get<Partial<Learned>>(CONFIDENCE_KEY),
    takesWords: globalState.get<number>(HABIT_KEY),
  };
  const learning = new SuggestionLearning(stored, ({ takesWords, ...confidence }) => {
    void workspaceState.update(CONFIDENCE_KEY, confidence);
    if (takesWords !== globalState.get(HABIT_KEY)) {
      void globalState.update(HABIT_KEY, takesWords);
    }
  });
  onDidTakeWord(() => {
    learning.wordTaken();
  });
  return learning;
}
