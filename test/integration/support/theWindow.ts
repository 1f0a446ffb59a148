import * as vscode from 'vscode';
import { ask, hasChannel } from './channel.js';

interface PanelContrasts {
  readonly theme: string;
  /** Of a field with the page. */
  readonly field: number;
  /** Of a bar, or a slider's thumb, with its track. */
  readonly mark: number;
  readonly placeholder: number;
}

/** What a user does in the window and sees of it, with real keys and real pixels. */
export const theWindow = {
  /** Presses a key or a chord, such as `Tab` or `Control+ArrowRight`, several times without a pause. */
  async press(keys: string, times = 1): Promise<void> {
    await ask('press', keys, times);
  },
  /** Types key by key. */
  async type(text: string): Promise<void> {
    await ask('type', text);
  },
  /** Spells key by key with an input method, and then puts `text` in the place of what was spelled. */
  async compose(spellings: readonly string[], text: string): Promise<void> {
    await ask('compose', spellings, text);
  },
  /** Waits until the window is idle; by then VS Code has created all parts of the editors shown before. */
  async idle(): Promise<void> {
    await ask('idle');
  },
  /** The visible ghost text; empty when there is none. */
  async ghostText(): Promise<string> {
    return String(await ask('ghostText'));
  },
  /** The texts of all notifications. Opens their list, as VS Code shows none by itself under test. */
  async notifications(): Promise<string[]> {
    await vscode.commands.executeCommand('notifications.showList');
    return (await ask('notifications')) as string[];
  },
  /** What a screen reader says of this extension's item in the status bar. */
  async statusBarItem(): Promise<string> {
    return String(await ask('statusBarItem'));
  },
  /** What a screen reader says for each choice of the list that is open; empty when none is. */
  async choices(): Promise<string[]> {
    return (await ask('choices')) as string[];
  },
  /** The text of the settings panel; empty when it is not open. */
  async panelText(): Promise<string> {
    return String(await ask('panelText'));
  },
  /** Enters a value into the panel's field with this label and leaves the field, as a user does. */
  async panelFill(label: string, value: string): Promise<void> {
    await ask('panelFill', label, value);
  },
  /** Presses a key several times without a pause in the panel's field with this label. */
  async panelKeys(label: string, keys: string, times: number): Promise<void> {
    await ask('panelKeys', label, keys, times);
  },
  /** Presses the panel's button with this name. */
  async panelPress(name: string): Promise<void> {
    await ask('panelPress', name);
  },
  /** The accessibility problems that axe-core finds in the panel, a line each. */
  async panelBarriers(): Promise<string[]> {
    return (await ask('panelBarriers')) as string[];
  },
  /** The panel's theme, and how well its parts stand out: contrast ratios from 1 to 21. */
  async panelContrasts(): Promise<PanelContrasts> {
    return (await ask('panelContrasts')) as PanelContrasts;
  },
  /** Writes a picture into .cache/screenshots and returns its path. */
  async screenshot(name: string): Promise<string> {
    return String(await ask('screenshot', name));
  },
};

/** For `before`: skips a suite that needs the keyboard where no key can be pressed. */
export function needsKeyboard(this: Mocha.Context): void {
  if (!hasChannel) {
    this.skip();
  }
}
