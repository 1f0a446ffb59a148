/** The window, settings and storage that the choice of a language model works with. */
import * as vscode from 'vscode';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { LastFatalFile } from './fatalFile';
import type { LanguageModelSurroundings } from './languageModelHalf';
import type { LanguageModelKeys } from './languageModelKeys';
import { LANGUAGE_MODEL_SETTING, languageModelSetting, parseLanguageModel } from './languageModelSetting';
import { agreesToRisk } from './notifications';
import { allowsSending, type ConsentQuestion } from './serverConsent';
import { shownSentence } from './shownSentence';
import { whileWorking } from './shownWork';
import { setUserValue, userValue } from './userValue';

const RECENT = 'understudy.recentLanguageModels';

/** @param remote see `serverName` */
export function languageModelWindow(
  memory: vscode.Memento,
  keys: LanguageModelKeys,
  llamaFolder: string,
  remote: string | null,
): LanguageModelSurroundings {
  return {
    llamaFolder,
    isTrusted: () => vscode.workspace.isTrusted,
    // Only the user's own value counts: no workspace may choose where text is sent or which file is opened.
    configured: () => parseLanguageModel(vscode.l10n.t, userValue(LANGUAGE_MODEL_SETTING)),
    configure: (choice) =>
      setUserValue(LANGUAGE_MODEL_SETTING, choice === null ? undefined : languageModelSetting(choice)),
    allows: (address) => allowsSending(memory, address, remote, askToSend),
    keyFor: async (address) => keys.get(address),
    shown: shownSentence,
    whileOpening: (name, work) => whileWorking(vscode.l10n.t('Opening the language model {0}…', name), work),
    get recent() {
      return memory.get<readonly HalfChoice[]>(RECENT, []);
    },
    async setRecent(choices) {
      await memory.update(RECENT, choices);
    },
    fatal: new LastFatalFile(memory, 'understudy.fatalLanguageModel'),
  };
}

async function askToSend({ origin, address, isOpen, remote }: ConsentQuestion): Promise<boolean> {
  const { t } = vscode.l10n;
  const detail = [
    t(
      'While you write, the text before your cursor is sent to {0}, which may keep it. Possible continuations are sent with it; they may hold words from other files of the workspace. Everything else stays on this machine.',
      address,
    ),
  ];
  if (remote !== null) {
    detail.push(t('This server is on {0}, the machine that this window works on.', remote));
  }
  if (isOpen) {
    detail.push(t('The connection is not encrypted: others on the network may read along.'));
  }
  const question = t('Let Understudy send what you write to {0}?', origin);
  return agreesToRisk(question, t('Send Text to This Server'), detail.join('\n\n'));
}
