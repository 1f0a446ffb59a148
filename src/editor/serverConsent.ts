/** May text be sent to a server? Asked once a host name, and remembered until it is forgotten. */
import * as vscode from 'vscode';

const CONSENTED = 'understudy.consentedHosts';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** @param address an http or https address, checked */
export async function allowsSending(memory: vscode.Memento, address: string): Promise<boolean> {
  const { hostname, protocol } = new URL(address);
  const consented = memory.get<readonly string[]>(CONSENTED, []);
  if (consented.includes(hostname)) {
    return true;
  }
  const { t } = vscode.l10n;
  const detail = [
    t(
      'While you write, the text before your cursor is sent to {0}, which may keep it. Everything else of Understudy stays on this machine.',
      address,
    ),
  ];
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) {
    detail.push(t('The connection is not encrypted: others on the network may read along.'));
  }
  const allow = t('Send Text to This Server');
  const chosen = await vscode.window.showWarningMessage(
    t('Let Understudy send what you write to {0}?', hostname),
    { modal: true, detail: detail.join('\n\n') },
    allow,
  );
  if (chosen !== allow) {
    return false;
  }
  await memory.update(CONSENTED, [...memory.get<readonly string[]>(CONSENTED, []), hostname]);
  return true;
}
